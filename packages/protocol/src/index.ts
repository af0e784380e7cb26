/**
 * The Matrix protocol as pure functions, for room versions 1 to 12.
 *
 * An event that comes from another server passes these checks, in this order. The rules of the room version come from the
 * room's stored create event (`roomVersionRules`), never from the event at hand.
 *
 * | | call | when it refuses |
 * |---|---|---|
 * | 1 | `parseJson` | no JSON that Matrix allows: nothing of it is believed |
 * | 2 | `parsePdu` | not the format of the room version: dropped |
 * | 3 | `verifyEventSignatures`, with keys that `isKeyValidAt` lets count | not signed by who must have signed it: dropped |
 * | 4 | `hasValidContentHash` | changed on its way: go on with `redactEvent` |
 * | 5 | `checkAuthEvents` | what it cites does not authorise it: rejected, for ever |
 * | 6 | `authorize`, with the state that its auth events form | rejected, for ever |
 * | 7 | `authorize`, with the state before it (`resolve`, where several events come before) | rejected, for ever |
 * | 8 | `authorize`, with the room's current state | soft-failed: in the graph, but not shown and not built upon |
 *
 * What checks 5 to 8 need and is not there yet makes an event incomplete: it is not judged, and comes back later.
 * An event of ours is made by `createEvent` and passes the same checks from the fifth on. A redaction that was accepted
 * takes effect when `mayRedact` says so; who may see an event is said by `visibilityForReader` and `visibilityForServer`,
 * whom it notifies by `evaluatePushRules`.
 *
 * No function here does I/O, waits, looks at a clock or throws on what a stranger wrote. A refusal is a value.
 */

// Verdicts, and the rules of a room version.
export type { Allow, Reject, Verdict } from './verdict.ts';
export { allow, reject } from './verdict.ts';
export type { RoomVersionRules } from './room-versions/rules.ts';
export { defaultRoomVersion, knownRoomVersions, roomVersionRules } from './room-versions/table.ts';

// 1: JSON through the strict door, and canonical JSON out of it.
export type { JsonArray, JsonObject, JsonValue } from './json/value.ts';
export { isJsonObject } from './json/value.ts';
export type { JsonNumbers, JsonRefusal, ParsedJson, ParseJsonOptions } from './json/parse.ts';
export { jsonDepthMax, parseJson, parseJsonText } from './json/parse.ts';
export type { SplitJson, SplitJsonOptions } from './json/split.ts';
export { splitJson } from './json/split.ts';
export type { CanonicalNumbers } from './json/canonical.ts';
export { canonicalJson, canonicalJsonBytes, CanonicalJsonError, canonicalJsonRefusal, compareCodePoints } from './json/canonical.ts';
export {
  emptyJsonObject,
  jsonObject,
  jsonObjectFrom,
  own,
  ownArray,
  ownInteger,
  ownObject,
  ownString,
  pickKeys,
  withKey,
  withoutKeys,
} from './json/object.ts';
export { decodeUtf8, encodeUtf8, fitsInBytes, utf8Length } from './json/utf8.ts';

// Identifiers.
export { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from './ids/base64.ts';
export { isNamespacedIdentifier, isOpaqueIdentifier } from './ids/common-grammars.ts';
export type { EventId } from './ids/event-id.ts';
export { isEventIdOf, parseEventId } from './ids/event-id.ts';
export type { DeviceId, KeyId } from './ids/key-id.ts';
export { keyAlgorithmOf, parseDeviceId, parseKeyId, parseOwnKeyId } from './ids/key-id.ts';
export type { MxcParts, MxcUri } from './ids/mxc-uri.ts';
export { isMediaId, parseMxcUri, splitMxcUri } from './ids/mxc-uri.ts';
export type { RoomAlias, RoomId } from './ids/room-id.ts';
export { parseDomainRoomId, parseHashRoomId, parseRoomAlias, parseRoomId, serverNameOfAlias } from './ids/room-id.ts';
export type { ServerName, ServerNameParts } from './ids/server-name.ts';
export { parseServerName, splitServerName } from './ids/server-name.ts';
export type { UserId } from './ids/user-id.ts';
export { domainOf, isCompliantUserId, isCurrentLocalpart, localpartOf, newUserId, parseUserId, serverNameOf } from './ids/user-id.ts';

// 2: the format of events, their ids, and their redacted form.
export type { Pdu, PduEvent } from './events/pdu.ts';
export type { ParsedPdu } from './events/format.ts';
export { fieldBytesMax, parsePdu, pduBytesMax } from './events/format.ts';
export { authEventsMax, prevEventsMax } from './events/references.ts';
export { pduEventOf, redactEvent } from './events/pdu-event.ts';
export { redact } from './events/redact.ts';

// 3: signatures and the validity of keys.
export type { KeyValidity } from './signing/key-validity.ts';
export { isKeyValidAt, keyValidityMsMax } from './signing/key-validity.ts';
export type { IsBadKey, SigningKey, VerifyKey } from './signing/keys.ts';
export { signingAlgorithm, signingKeyFromSeed, verifyKeyFromBase64, verifyKeyOf } from './signing/keys.ts';
export {
  addEventSignature,
  authorisingServer,
  hashAndSignEvent,
  isEventSignedBy,
  requiredSigners,
  verifyEventSignatures,
} from './signing/sign-event.ts';
export type { KeyLookup } from './signing/sign-json.ts';
export { isValidSignature, signingKeyIds, signJson, signText, verifyJson, withSignature } from './signing/sign-json.ts';
export { isSignedWith } from './signing/verify-signed.ts';
export { isKnownBadKey } from './signing/weak-keys.ts';

// 4: hashes.
export {
  canonicalNumbersOf,
  contentHash,
  createEventIdOf,
  essentialJson,
  eventIdOf,
  hasValidContentHash,
  referenceHash,
  referenceHashOf,
  roomIdOfCreate,
} from './events/hash.ts';
export { sha256 } from './signing/hashes.ts';

// 5 to 8: authorisation.
export type { AuthContext, CitedEvent, EventToAuthorize, SignatureFacts, StateEvent, StateLookup } from './auth/context.ts';
export type { Citations } from './auth/authorize.ts';
export { authorize, checkAuthEvents } from './auth/authorize.ts';
export type { EventOutline, StatePair } from './auth/auth-types.ts';
export { authTypesFor, stateTypesFor } from './auth/auth-types.ts';
export type { Level, NamedLevel, PowerLevels } from './auth/power.ts';
export { isCreator, levelDefaults, namedLevel, namedLevels, parseLevel, powerLevels, requiredLevel, userLevel } from './auth/power.ts';
export { mayRedact } from './auth/redaction.ts';

// 7: the state before an event, resolved from several.
export type {
  CitersFact,
  CitersPage,
  EdgeFact,
  EventFact,
  Resolution,
  ResolutionInput,
  ResolutionRequest,
  ResolutionResponse,
  ResolutionSource,
  ResolutionWork,
  Steps,
} from './state/request.ts';
export { runResolution } from './state/request.ts';
export { resolve, splitStates } from './state/resolve.ts';

// Events of our own, and events as clients get them.
export type { BuiltEvent, EventFields } from './events/build.ts';
export { buildEvent, createEvent, nextDepth } from './events/build.ts';
export type { EventTexts } from './events/event-texts.ts';
export { eventTexts } from './events/event-texts.ts';
export type { ClientEventOptions } from './events/client-format.ts';
export {
  clientEvent,
  clientEventBase,
  spliceUnsigned,
  strippedState,
  strippedStateWithTime,
  withUnsigned,
} from './events/client-format.ts';
export type { RoomCreators } from './events/client-format-2015.ts';
export {
  clientEventV1,
  clientEventV2Alpha,
  contentOf2015,
  powerLevelsWithCreators,
  powerLevelsWithoutCreators,
} from './events/client-format-2015.ts';

// Who sees an event.
export type { EventVisibility, HistoryVisibility, Membership, ReaderFacts, ServerFacts } from './visibility.ts';
export { historyVisibilityOf, membershipOf, visibilityForReader, visibilityForServer } from './visibility.ts';

// Whom an event notifies.
export type { PushActions, PushDefaults, PushRule, PushRuleKind, Ruleset } from './push/rule.ts';
export { isPushRuleKind, pushRuleKinds } from './push/rule.ts';
export { defaultPushRules } from './push/default-rules.ts';
export type { DefaultRuleChange, PushRuleChanges, UserPushRule } from './push/changes.ts';
export { devicePushRules, mergePushRules, noPushRuleChanges } from './push/changes.ts';
export type { PushContext } from './push/condition.ts';
export type { PushEvent, PushEventView } from './push/event-view.ts';
export { viewPushEvent } from './push/event-view.ts';
export type { PushOutcome } from './push/outcome.ts';
export type { CompiledRuleset } from './push/evaluate.ts';
export { compilePushRules, evaluateForPusher, evaluatePushRules } from './push/evaluate.ts';
export type { PushRuleDeviation, UnreadClass } from './push/unread.ts';
export { classifyForUnread, deviatesIn, isSilenced, pushRuleDeviation, roomOfPushRule, rulesDeviate, unreadOf } from './push/unread.ts';
export type { PushRuleRefusal } from './push/refusal.ts';
export { parsePushActions, parsePushEnabled, parsePushRule } from './push/parse-rule.ts';
export type { PushRuleAddress, PushRuleEdit, PushRulePlace } from './push/edit.ts';
export { deletePushRule, putPushRule, setPushRuleActions, setPushRuleEnabled } from './push/edit.ts';
export type { PushRulePath } from './push/rule-path.ts';
export { parsePushRulePath } from './push/rule-path.ts';
export type { PushRulesForm } from './push/answers.ts';
export { pushRulePart, pushRulesAnswer } from './push/answers.ts';

// What a client asked to see of it, and the patterns that filters and push rules share.
export type { EventFilter, RoomEventFilter, RoomFilter, SyncFilter } from './filter/definition.ts';
export type { FilterRefusal, ParsedFilter } from './filter/parse.ts';
export { parseRoomEventFilter, parseSyncFilter } from './filter/parse.ts';
export type { EventFacts, EventMatcher, MatchOptions } from './filter/match.ts';
export { compileEventFilter, compileRoomEventFilter, compileRoomList } from './filter/match.ts';
export type { EventFieldsProjection } from './filter/event-fields.ts';
export { compileEventFields } from './filter/event-fields.ts';
export type { CompiledSyncFilter } from './filter/sync-filter.ts';
export { compileSyncFilter, defaultSyncFilter } from './filter/sync-filter.ts';
export type { Glob, GlobOptions } from './glob.ts';
export { compileGlob, foldCase } from './glob.ts';
export { parsePropertyPath, propertyAt } from './property-path.ts';

// Which servers may take part in a room.
export type { ServerAcl } from './server-acl.ts';
export { compileServerAcl } from './server-acl.ts';
