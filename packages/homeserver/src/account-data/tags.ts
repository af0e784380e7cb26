import { MatrixError } from '../http/errors.ts';
import type { Requester } from '../http/route.ts';
import type { AccountData } from './service.ts';
import { type JsonObject, jsonObjectFrom, ownObject } from '@hearth/protocol';

const type = 'm.tag';
/** The specification's limit of a tag. */
const tagBytesMax = 255;
/** Tags of one room. */
const tagsMax = 200;

/** The tags that a user gave a room (https://spec.matrix.org/v1.19/client-server-api/#room-tagging): its account data `m.tag`. */
export class Tags {
  readonly #accountData: AccountData;

  constructor(accountData: AccountData) {
    this.#accountData = accountData;
  }

  /** GET user/{userId}/rooms/{roomId}/tags. */
  async all(requester: Requester, userId: string, roomId: string): Promise<JsonObject> {
    return tagsOf(await this.#accountData.find(requester, userId, roomId, type));
  }

  /** PUT …/tags/{tag}. */
  async put(requester: Requester, userId: string, roomId: string, tag: string, about: JsonObject): Promise<void> {
    if (Buffer.byteLength(tag) > tagBytesMax) throw new MatrixError('M_INVALID_PARAM', `A tag has at most ${tagBytesMax} bytes.`);
    await this.#accountData.edit(requester, userId, { roomId, type }, (content) => {
      const others = Object.entries(tagsOf(content)).filter(([name]) => name !== tag);
      if (others.length >= tagsMax) throw new MatrixError('M_RESOURCE_LIMIT_EXCEEDED', `A room has at most ${tagsMax} tags.`);
      return withTags(content, [...others, [tag, about]]);
    });
  }

  /** DELETE …/tags/{tag}. A tag that the room does not have is removed already. */
  async remove(requester: Requester, userId: string, roomId: string, tag: string): Promise<void> {
    await this.#accountData.edit(requester, userId, { roomId, type }, (content) => {
      const tags = Object.entries(tagsOf(content));
      const left = tags.filter(([name]) => name !== tag);
      return left.length === tags.length ? undefined : withTags(content, left);
    });
  }
}

/** Clients can store anything under this type. */
function tagsOf(content: JsonObject | undefined): JsonObject {
  return (content && ownObject(content, 'tags')) ?? {};
}

function withTags(content: JsonObject | undefined, tags: readonly (readonly [string, JsonObject | JsonObject[string]])[]): JsonObject {
  return jsonObjectFrom([...Object.entries(content ?? {}).filter(([key]) => key !== 'tags'), ['tags', jsonObjectFrom(tags)]]);
}
