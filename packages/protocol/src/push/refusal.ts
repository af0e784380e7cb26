/** Why a request about push rules is not carried out, as the client is told. */
export type PushRuleRefusal = {
  readonly ok: false;
  readonly status: 400 | 404 | 413;
  readonly errcode: 'M_BAD_JSON' | 'M_INVALID_PARAM' | 'M_MISSING_PARAM' | 'M_NOT_FOUND' | 'M_TOO_LARGE' | 'M_UNKNOWN';
  readonly error: string;
};

export function badJson(error: string): PushRuleRefusal {
  return { ok: false, status: 400, errcode: 'M_BAD_JSON', error };
}

export function missingParam(name: string): PushRuleRefusal {
  return { ok: false, status: 400, errcode: 'M_MISSING_PARAM', error: `${name} is missing` };
}

export function invalidParam(error: string): PushRuleRefusal {
  return { ok: false, status: 400, errcode: 'M_INVALID_PARAM', error };
}

export function tooLarge(error: string): PushRuleRefusal {
  return { ok: false, status: 413, errcode: 'M_TOO_LARGE', error };
}

export function noSuchRule(): PushRuleRefusal {
  return { ok: false, status: 404, errcode: 'M_NOT_FOUND', error: 'The push rule was not found.' };
}

export function noSuchNeighbour(ruleId: string): PushRuleRefusal {
  return { ok: false, status: 400, errcode: 'M_UNKNOWN', error: `before/after rule not found: ${ruleId}` };
}
