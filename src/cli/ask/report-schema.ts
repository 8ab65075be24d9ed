import * as z from 'zod';
import { entryConditions, ownerEvidences, ownerKinds } from '../../core/entries/entry-report.ts';
import { leftOutKinds } from '../../core/platforms/select.ts';
import type { Report } from '../../core/report/report.ts';
import { passTriggers } from '../../core/report/totals.ts';
import { usualCommand } from '../../core/text/typed.ts';

const time = z.number().describe('Unix time in milliseconds');

const proof = z.object({ verdict: z.string(), detail: z.string(), at: time, tookMs: z.number() });

const fault = z.object({
  code: z.string().describe('stable; docs/problems.md explains each'),
  subject: z.string(),
  detail: z.string(),
  values: z
    .record(z.string(), z.string())
    .optional()
    .describe('what its remedy names beside the subject, as byte strings'),
});

const problem = fault.extend({
  title: z.string(),
  severity: z.enum(['error', 'warning', 'notice']),
  remedy: z.string(),
});

const entry = z.object({
  name: z.string(),
  platforms: z.array(z.string()).describe('platforms whose files it matches: the plain name, or the target'),
  serves: z.array(z.string()).describe('those that nobody in front of it takes from it'),
  matches: z.string().describe('an extension with its dot, or bytes (hex), mask and offset'),
  interpreter: z.string(),
  flags: z.string(),
  enabled: z.boolean(),
  owner: z
    .object({
      kind: z.enum(ownerKinds).catch('unknown'),
      evidence: z.enum(ownerEvidences).catch('none').describe('what tells, the surest first'),
      detail: z.string(),
    })
    .describe('who registered it, as far as that can be known'),
  version: z.string().nullable().describe('of the interpreter, where it is known'),
  state: z
    .enum(entryConditions)
    .catch('unverified')
    .describe('ok: a program ran by it; broken: something in wrong is an error'),
  wrong: z.array(fault) as unknown as z.ZodType<Report['entries'][number]['wrong']>,
  probe: proof.nullable().describe('last proof of this registration'),
});

const handler = z.object({
  key: z.string().describe('QEMU target, or the name of an own handler'),
  platforms: z.array(z.string()).describe('OCI platforms served, the plain name first'),
  name: z.string().describe('name of the entry'),
  proof: z
    .enum(['probe', 'check', 'none'])
    .catch('probe')
    .describe('what can prove it; none: it is only watched'),
  state: z
    .enum(['ok', 'missing', 'disabled', 'drifted', 'stale', 'shadowed', 'foreign-ok', 'unverified', 'dead'])
    .describe('ok and foreign-ok: a probe ran under what serves now'),
  why: z.string(),
  flags: z.string().describe('flags of the entry that serves'),
  interpreter: z.string(),
  version: z.string().nullable().describe('version of the interpreter, where it is ours'),
  owner: z.enum(['keeper', 'foreign', 'none']).describe('entries say whose a foreign one is'),
  entry: z.string().nullable().catch(null).describe('name of the entry that serves now'),
  required: z.boolean().describe('counts for readiness'),
  probe: proof.nullable().describe('last probe of what serves now'),
  containers: z
    .object({
      verdict: z.enum(['verified', 'may', 'may-not', 'unknown']),
      detail: z.string(),
      at: time.nullable(),
    })
    .catch({ verdict: 'unknown', detail: 'the daemon does not tell', at: null })
    .describe('whether ordinary containers can run it: seen to, or judged by labels'),
  heals: z.number().describe('heals since the start of the daemon'),
  lostAt: time.nullable().describe('when it was lost last on this boot'),
  unavailableMs: z
    .number()
    .describe('how long it did not serve since the start of the daemon, a present loss included'),
});

const count = z.int().min(0);
const cause = z
  .enum(['none', 'gone'])
  .describe('nobody serves it, or a handler of ours that did not come back in time');
const histogram = z
  .object({ bounds: z.array(z.number()), counts: z.array(count), sum: z.number() })
  .describe(
    'bounds and sum in milliseconds; not cumulative, the last count is of what is larger than all bounds',
  );

const totals = z
  .object({
    heals: z.array(z.object({ handler: z.string(), reason: z.string(), count })),
    healMs: histogram,
    failures: z.array(z.object({ handler: z.string(), code: z.string(), count })),
    flushes: count.describe('how often all handlers were gone at once'),
    passes: z.array(z.object({ trigger: z.enum(passTriggers), result: z.enum(['ok', 'failed']), count })),
    passMs: histogram,
    lastGoodPassAt: time.nullable(),
    probeMs: histogram,
    reload: z
      .object({ ok: z.boolean(), goodAt: time.nullable() })
      .describe('whether the configuration was right when it was read last'),
    process: z
      .object({ node: z.string(), startedAt: time, cpuMs: z.number(), residentBytes: z.number() })
      .nullable()
      .describe('the process of the daemon'),
  })
  .describe('counts since the start of the daemon; handlers are named as their entries are');

/**
 * The shape of what `status`, `install` and `probe` print as JSON or YAML. Keys that it lacks are passed over: a daemon
 * of a later version may have more to say.
 */
export const reportSchema: z.ZodType<Report> = z.object({
  schema: z.literal(1),
  version: z.string().describe('version of the keeper'),
  at: time,
  daemon: z
    .object({
      pid: z.number(),
      since: time,
      command: z.string().catch(usualCommand).describe('how commands of the keeper are typed where it runs'),
    })
    .nullable()
    .describe('null where none runs'),
  paused: z
    .object({ since: time, until: time.nullable().describe('null: until somebody resumes') })
    .nullable()
    .describe('healing stands still on request'),
  ready: z.boolean().describe('every required platform is verified'),
  summary: z.string(),
  handlers: z.array(handler),
  leftOut: z
    .array(z.object({ target: z.string(), why: z.string(), kind: z.enum(leftOutKinds).catch('not-kept') }))
    .describe('architectures without a handler'),
  native: z
    .array(z.string())
    .catch([])
    .describe('architectures that the host runs without emulation, its own first'),
  problems: z.array(problem) as unknown as z.ZodType<Report['problems']>,
  mounts: z.object({ main: z.string(), anchor: z.string() }),
  instance: z.object({
    enabled: z.boolean().describe('false after 0 was written to status'),
    foreign: count.describe('entries that are not ours'),
  }),
  entries: z
    .array(entry)
    .catch([])
    .describe(
      'every entry of the instance, whoever registered it, in the search order of the kernel; at most 250',
    ),
  emulated: z
    .array(z.object({ platform: z.string(), count }))
    .nullable()
    .describe(
      'processes under emulation; null where those of the host cannot be seen, or before anybody asked',
    ),
  totals,
  heals: z.object({
    total: z.number(),
    recent: z
      .array(
        z.object({
          at: time,
          key: z.string(),
          name: z.string(),
          reason: z.string(),
          why: z.string(),
          tookMs: z.number(),
        }),
      )
      .describe('at most 200, newest last, those of earlier daemons on this boot included'),
  }),
  unserved: z
    .object({
      listening: z.boolean().describe('false where the keeper cannot hear of them'),
      counts: z
        .array(z.object({ platform: z.string(), cause, count }))
        .describe('since the start of the daemon'),
      recent: z
        .array(
          z.object({
            at: time.describe('when it was tried last'),
            platform: z.string().describe('empty where the header says nothing that is known'),
            ...{ cause, path: z.string().describe('as it was executed; may be cut'), count },
            container: z.string().nullable(),
            pod: z.string().nullable(),
            unit: z.string().nullable().describe('of systemd, where no container holds it'),
          }),
        )
        .describe('at most 50, newest last, those of earlier daemons on this boot included'),
    })
    .exactOptional()
    .describe('programs that could not run; only with lastResort'),
  lasting: z
    .discriminatedUnion('lasts', [
      z.object({
        lasts: z.literal(true),
        because: z.string(),
        unseen: z
          .string()
          .exactOptional()
          .describe(
            'why no foreign program was seen to run after the process had let go; absent where one was',
          ),
      }),
      z.object({
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
  const parsed = reportSchema.safeParse(value, { jitless: true });
  return parsed.success ? parsed.data : null;
}

/** The same as JSON Schema. */
export function reportJsonSchema(): string {
  const { $schema, ...rest } = z.toJSONSchema(reportSchema, { io: 'input' });
  return `${JSON.stringify({ $schema, title: 'Report of binfmt-keeper', ...rest }, null, 2)}\n`;
}
