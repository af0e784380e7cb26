import { MatrixError } from '../http/errors.ts';
import type { Generation, Requester } from '../http/route.ts';
import type { SyncSection } from '../streams/stream.ts';
import { type JsonObject, type JsonValue, noPushRuleChanges, parsePushRulePath, pushRulePart, pushRulesAnswer } from '@hearth/protocol';

/** The push rules of users: the specification's defaults, with which every client can work. Changing them comes with push delivery. */
export class PushRules {
  /** GET pushrules/. */
  async all(requester: Requester, generation: Generation): Promise<JsonObject> {
    return pushRulesAnswer(requester.userId, noPushRuleChanges, generation === 'v1' ? '2015' : 'v3');
  }

  /** A part of the rules by its path. 404 M_NOT_FOUND for rules that there are not. */
  async part(requester: Requester, segments: readonly string[], generation: Generation): Promise<JsonValue> {
    const parsed = parsePushRulePath(segments, generation === 'v1');
    if (!parsed.ok) throw new MatrixError(parsed.errcode, sentence(parsed.error));
    const part = pushRulePart(requester.userId, noPushRuleChanges, parsed.path, generation === 'v1' ? '2015' : 'v3');
    if (!part.ok) throw new MatrixError(part.errcode, sentence(part.error));
    return part.answer;
  }

  /** `m.push_rules` among the global account data of a first sync. */
  readonly section: SyncSection = {
    name: 'push-rules',
    collect: async ({ requester, window }, answer) => {
      if (!window.initial) return;
      answer.accountData.push({ type: 'm.push_rules', content: pushRulesAnswer(requester.userId, noPushRuleChanges, 'v3') });
    },
  };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
