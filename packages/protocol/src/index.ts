export type { JsonArray, JsonObject, JsonValue } from './json/value.ts';
export { isJsonObject } from './json/value.ts';
export type { Allow, Reject, Verdict } from './verdict.ts';
export { allow, reject } from './verdict.ts';
export type { Pdu, PduEvent } from './events/pdu.ts';
export type { RoomVersionRules } from './room-versions/rules.ts';
export { defaultRoomVersion, knownRoomVersions, roomVersionRules } from './room-versions/table.ts';
export type { AuthContext, CitedEvent, EventToAuthorize, SignatureFacts, StateEvent, StateLookup } from './auth/context.ts';
export type { Citations } from './auth/authorize.ts';
export { authorize, checkAuthEvents } from './auth/authorize.ts';
export type { EventOutline, StatePair } from './auth/auth-types.ts';
export { authTypesFor, stateTypesFor } from './auth/auth-types.ts';
export type { Level, NamedLevel, PowerLevels } from './auth/power.ts';
export { isCreator, levelDefaults, namedLevel, namedLevels, parseLevel, powerLevels, requiredLevel, userLevel } from './auth/power.ts';
export { mayRedact } from './auth/redaction.ts';
export type { Glob, GlobOptions } from './glob.ts';
export { compileGlob, foldCase } from './glob.ts';
export { parsePropertyPath, propertyAt } from './property-path.ts';
export type { EventFilter, RoomEventFilter, RoomFilter, SyncFilter } from './filter/definition.ts';
export type { FilterRefusal, ParsedFilter } from './filter/parse.ts';
export { parseRoomEventFilter, parseSyncFilter } from './filter/parse.ts';
export type { EventFacts, EventMatcher, MatchOptions } from './filter/match.ts';
export { compileEventFilter, compileRoomEventFilter, compileRoomList } from './filter/match.ts';
export type { EventFieldsProjection } from './filter/event-fields.ts';
export { compileEventFields } from './filter/event-fields.ts';
export type { CompiledSyncFilter } from './filter/sync-filter.ts';
export { compileSyncFilter, defaultSyncFilter } from './filter/sync-filter.ts';
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
export type { BuiltEvent, EventFields } from './events/build.ts';
export { buildEvent, createEvent, nextDepth } from './events/build.ts';
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
export type { EventTexts } from './events/event-texts.ts';
export { eventTexts } from './events/event-texts.ts';
export type { ParsedPdu } from './events/format.ts';
export { fieldBytesMax, parsePdu, pduBytesMax } from './events/format.ts';
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
export { pduEventOf, redactEvent } from './events/pdu-event.ts';
export { redact } from './events/redact.ts';
export { authEventsMax, prevEventsMax } from './events/references.ts';
export { sha256 } from './signing/hashes.ts';
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
export { isValidSignature, signingKeyIds, signJson, verifyJson, withSignature, signText } from './signing/sign-json.ts';
export { isSignedWith } from './signing/verify-signed.ts';
export { isKnownBadKey } from './signing/weak-keys.ts';
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
export { classifyForUnread, deviatesIn, pushRuleDeviation, rulesDeviate, unreadOf } from './push/unread.ts';
export type { PushRuleRefusal } from './push/refusal.ts';
export { parsePushActions, parsePushEnabled, parsePushRule } from './push/parse-rule.ts';
export type { PushRuleAddress, PushRuleEdit, PushRulePlace } from './push/edit.ts';
export { deletePushRule, putPushRule, setPushRuleActions, setPushRuleEnabled } from './push/edit.ts';
export type { PushRulePath } from './push/rule-path.ts';
export { parsePushRulePath } from './push/rule-path.ts';
export type { PushRulesForm } from './push/answers.ts';
export { pushRulePart, pushRulesAnswer } from './push/answers.ts';
export type { EventVisibility, HistoryVisibility, Membership, ReaderFacts, ServerFacts } from './visibility.ts';
export { historyVisibilityOf, membershipOf, visibilityForReader, visibilityForServer } from './visibility.ts';
