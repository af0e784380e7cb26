import type { ImageKind } from './image-head.ts';
import type { Preset } from './presets.ts';

/** Pixels of a picture that is decoded; of one that moves, of all its frames together. */
export const pixelsMax = 50_000_000;

/** What the process that makes thumbnails is told, … */
export type ThumbnailOrder = {
  readonly source: string;
  readonly target: string;
  readonly preset: Preset;
  readonly animated: boolean;
  readonly format: Exclude<ImageKind, 'gif'>;
};

/** … and what it answers. */
export type ThumbnailAnswer = { readonly made: boolean };
