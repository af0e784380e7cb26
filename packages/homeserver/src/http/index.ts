export type {
  Authentication,
  Generation,
  HtmlAnswer,
  PreparedJson,
  RateClass,
  Requester,
  Route,
  RouteAnswer,
  RouteRequest,
} from './route.ts';
export { route } from './route.ts';
export { Reply } from './reply.ts';
export type { ErrorCode } from './errors.ts';
export { MatrixError } from './errors.ts';
export { prefixes } from './prefixes.ts';
export type { TokenLookup, TokenUse } from './authenticate.ts';
export type { RateLimiter } from './rate-limit.ts';
export { createRateLimiter } from './rate-limit.ts';
export { corsHeaders } from './cors.ts';
export type { HttpEdge, HttpEdgeOptions, ListedRoute } from './edge.ts';
export { createHttpEdge } from './edge.ts';
export { instrumentsHandler } from './instruments.ts';
