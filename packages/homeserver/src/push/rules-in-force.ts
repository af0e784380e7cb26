import {
  type CompiledRuleset,
  compilePushRules,
  deviatesIn,
  isSilenced,
  mergePushRules,
  type PushRuleChanges,
  type PushRuleDeviation,
  pushRuleDeviation,
  type Ruleset,
} from '@hearth/protocol';

/** What somebody's rules come to, worked out as far as anybody asks. */
export class RulesInForce {
  readonly #ruleset: Ruleset;
  readonly #deviation: PushRuleDeviation;
  #compiled: CompiledRuleset | undefined;

  constructor(userId: string, changes: PushRuleChanges) {
    this.#ruleset = mergePushRules(userId, changes);
    this.#deviation = pushRuleDeviation(this.#ruleset, userId);
  }

  /** Whether something in this room may be told, or not, otherwise than the default rules say. */
  deviateIn(roomId: string): boolean {
    return deviatesIn(this.#deviation, roomId);
  }

  /** Whether nothing in this room is told, whatever it is. */
  silence(roomId: string): boolean {
    return isSilenced(this.#ruleset, roomId);
  }

  get compiled(): CompiledRuleset {
    return (this.#compiled ??= compilePushRules(this.#ruleset));
  }
}
