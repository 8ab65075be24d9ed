import * as z from 'zod';
import type { Report } from '../core/report.ts';

const time = z.number().describe('Unix time in milliseconds');

const handler = z.strictObject({
  key: z.string().describe('QEMU target, or the name of an own handler'),
  platforms: z.array(z.string()).describe('OCI platforms served, the plain name first'),
  name: z.string().describe('name of the entry'),
  state: z
    .enum(['ok', 'missing', 'disabled', 'drifted', 'stale', 'shadowed', 'foreign-ok', 'unverified'])
    .describe('ok and foreign-ok: a probe ran under what serves now'),
  why: z.string(),
  flags: z.string().describe('flags of the entry that serves'),
  interpreter: z.string(),
  version: z.string().nullable().describe('version of the interpreter, where it is ours'),
  owner: z.enum(['keeper', 'foreign', 'none']),
  required: z.boolean().describe('counts for readiness'),
  probe: z
    .strictObject({ verdict: z.string(), detail: z.string(), at: time, tookMs: z.number() })
    .nullable()
    .describe('last probe of what serves now'),
  heals: z.number().describe('heals since the start of the daemon'),
});

/** The shape of what `status`, `install` and `probe` print as JSON or YAML; unknown keys are errors. */
export const reportSchema: z.ZodType<Report> = z.strictObject({
  schema: z.literal(1),
  version: z.string().describe('version of the keeper'),
  at: time,
  daemon: z.strictObject({ pid: z.number(), since: time }).nullable().describe('null where none runs'),
  paused: z
    .strictObject({ since: time, until: time.nullable().describe('null: until somebody resumes') })
    .nullable()
    .describe('healing stands still on request'),
  ready: z.boolean().describe('every required platform is verified'),
  summary: z.string(),
  handlers: z.array(handler),
  leftOut: z.array(z.strictObject({ target: z.string(), why: z.string() })),
  problems: z.array(
    z.strictObject({
      code: z.string().describe('stable; docs/problems.md explains each'),
      subject: z.string(),
      detail: z.string(),
      title: z.string(),
      severity: z.enum(['error', 'warning', 'notice']),
      remedy: z.string(),
    }),
  ) as unknown as z.ZodType<Report['problems']>,
  mounts: z.strictObject({ main: z.string(), anchor: z.string() }),
  heals: z.strictObject({
    total: z.number(),
    recent: z
      .array(
        z.strictObject({
          at: time,
          key: z.string(),
          name: z.string(),
          reason: z.string(),
          why: z.string(),
          tookMs: z.number(),
        }),
      )
      .describe('at most 50, newest last'),
  }),
  lasting: z
    .discriminatedUnion('lasts', [
      z.strictObject({ lasts: z.literal(true), because: z.string() }),
      z.strictObject({
        lasts: z.literal(false),
        code: z.enum(['not-lasting', 'anchor-not-shared']),
        why: z.string(),
        remedy: z.string(),
      }),
    ])
    .exactOptional()
    .describe('whether the entries outlive the process that made them; told by install'),
});

/** A report that came from a file or a socket; null where it is none. */
export function readReportShape(value: unknown): Report | null {
  const parsed = reportSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** The same as JSON Schema. */
export function reportJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema);
  return `${JSON.stringify({ $schema, title: 'Report of binfmt-keeper', ...rest }, null, 2)}\n`;
}
