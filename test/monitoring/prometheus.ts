import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { stringify } from 'yaml';
import { pause } from '../e2e/until.ts';

/** One series of an answer. */
export interface Found {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A running Prometheus that scrapes one keeper every second. */
export interface Prometheus {
  /** What an expression yields now. */
  query(expr: string): Promise<readonly Found[]>;
  /** Waits until it yields something that fits. */
  until(what: string, expr: string, fits?: (found: readonly Found[]) => boolean): Promise<readonly Found[]>;
  /** Waits until an alert was seen pending and then fires; with the label that it must have. */
  fires(alert: string, labels?: Readonly<Record<string, string>>): Promise<void>;
  /** Waits until an alert neither fires nor is pending. */
  clears(alert: string): Promise<void>;
  stop(): Promise<void>;
  log(): string;
}

const deadlineMs = 60_000;

/** Starts it on a free port of loopback, with its data in `dir`. */
export async function startPrometheus(dir: string, rules: string, target: string): Promise<Prometheus> {
  const data = `${dir}/prometheus`;
  mkdirSync(data);
  writeFileSync(`${data}/rules.yaml`, rules);
  writeFileSync(
    `${data}/prometheus.yaml`,
    stringify({
      global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
      rule_files: ['rules.yaml'],
      scrape_configs: [{ job_name: 'binfmt-keeper', static_configs: [{ targets: [target] }] }],
    }),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${data}/prometheus.yaml`,
      `--storage.tsdb.path=${data}/data`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { cwd: data, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      log += error.message;
      resolve();
    });
    child.on('exit', () => resolve());
  });

  const query = async (expr: string): Promise<readonly Found[]> => {
    const url = `http://${address}/api/v1/query?query=${encodeURIComponent(expr)}`;
    const answer = (await (await fetch(url)).json()) as {
      readonly data?: {
        readonly result: readonly { metric: Record<string, string>; value: [number, string] }[];
      };
      readonly error?: string;
    };
    if (answer.data === undefined) throw new Error(`${expr}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  };

  const until: Prometheus['until'] = async (what, expr, fits = (found) => found.length > 0) => {
    const end = performance.now() + deadlineMs;
    let found: readonly Found[] = [];
    for (;;) {
      try {
        found = await query(expr);
        if (fits(found)) return found;
      } catch (error) {
        // Not listening yet; anything else is told when the time is over.
        if (performance.now() > end || child.exitCode !== null) throw error;
      }
      if (performance.now() > end)
        throw new Error(`waited ${deadlineMs} ms in vain for ${what}: ${expr} is ${JSON.stringify(found)}`);
      await pause(100);
    }
  };

  return {
    query,
    until,
    async fires(alert, labels = {}) {
      const more = Object.entries(labels).map(([name, value]) => `,${name}="${value}"`);
      const of = (state: string): string =>
        `ALERTS{alertname="${alert}",alertstate="${state}"${more.join('')}}`;
      await until(`${alert} to fire`, of('firing'));
      if (!instant.has(alert))
        await until(`${alert} to have been pending`, `count_over_time(${of('pending')}[1h])`);
    },
    async clears(alert) {
      await until(`${alert} to clear`, `ALERTS{alertname="${alert}"}`, (found) => found.length === 0);
    },
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    },
    log: () => log,
  };
}

/** Alerts on what happened already wait for nothing. */
const instant: ReadonlySet<string> = new Set(['BinfmtHandlerFlapping']);

/** A port of loopback that nobody listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });
}

/** The rules of the project. */
export function projectRules(): string {
  return readFileSync(new URL('../../monitoring/binfmt-keeper.rules.yaml', import.meta.url), 'utf8');
}
