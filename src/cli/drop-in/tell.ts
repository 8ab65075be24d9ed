import type { ForeignJudgement } from '../../core/drop-in/foreign.ts';
import type { OnceEvent, Proof } from '../../keeper/once/events.ts';
import { oneLine, ownerOf, readable, shortName } from './words.ts';

/** What happened while something was registered, each in one line as the older tools' readers expect it. */
export function sentence(event: OnceEvent, store: string): string {
  switch (event.kind) {
    case 'missing':
      return `no emulator here for: ${event.targets.map(shortName).join(', ')}`;
    case 'notice':
    case 'taken-back':
      return oneLine(event.problem);
    case 'not-ready':
    case 'not-registered':
      return `installing: ${oneLine(event.problem)}`;
    case 'taken': {
      const { entry, judged } = event;
      const does = judged.keep ? 'keeping' : 'replacing';
      return `${does} ${readable(entry.name)} (${ownerOf(entry, store)}): ${because(judged)}`;
    }
    case 'left-out':
      return `installing: ${shortName(event.what.target)} OK: ${event.what.why}`;
    case 'works':
      return `installing: ${shortName(event.key)} OK: ${proofText(event.proof)}`;
    case 'fails':
      return `installing: ${shortName(event.key)} failed: ${proofText(event.proof)}`;
  }
}

/** Why an entry of somebody else stays or goes. */
function because(judged: ForeignJudgement): string {
  switch (judged.code) {
    case 'works':
      return judged.version === null ? 'it works' : `it works, QEMU ${judged.version}`;
    case 'untried':
      return `it could not be tried: ${judged.detail}`;
    case 'asked':
      return 'its removal is asked for';
    case 'no-probe':
      return 'there is no probe that could prove it';
    case 'lacks-f':
      return 'it lacks F, so it does not work in containers';
    case 'untrusted':
      return `it cannot be trusted: ${judged.detail}`;
    case 'broken':
      return `it does not work (${judged.verdict})`;
    case 'older':
      return `QEMU ${judged.version} is older than ${judged.ours}`;
  }
}

function proofText(proof: Proof): string {
  switch (proof.by) {
    case 'entry':
      return proof.ok
        ? `${proof.name}, registered; there is no probe that could prove it`
        : `${proof.name} is not as it was registered`;
    case 'ours': {
      const qemu = proof.version === null ? '' : ` QEMU ${proof.version},`;
      return `${proof.name},${qemu} flags ${proof.flags}, ran in ${proof.tookMs.toFixed(0)} ms`;
    }
    case 'other':
      return `it runs by ${proof.path ?? 'an entry of somebody else'}`;
    case 'probe':
      return `${proof.verdict}: ${proof.detail}`;
  }
}
