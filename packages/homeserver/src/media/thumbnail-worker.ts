import { pixelsMax, type ThumbnailAnswer, type ThumbnailOrder } from './thumbnail-order.ts';

/*
 * A process of its own that decodes pictures, since decoders are where files of strangers do most harm: it has no secrets, holds no
 * connection, and can be killed at any time. It makes one thumbnail after the other.
 */

const framesMax = 200;

async function make({ source, target, preset, animated, format }: ThumbnailOrder): Promise<void> {
  const { default: sharp } = await import('sharp');
  sharp.cache(false);
  sharp.concurrency(1);
  const limits = { limitInputPixels: pixelsMax, failOn: 'error', sequentialRead: true } as const;
  const { pages = 1 } = await sharp(source, limits).metadata();
  const moves = animated && pages > 1 && pages <= framesMax;
  const fit = preset.method === 'crop' ? ('cover' as const) : ('inside' as const);
  const picture = sharp(source, { ...limits, pages: moves ? -1 : 1 })
    .autoOrient()
    .resize({ width: preset.width, height: preset.height, fit, withoutEnlargement: true });
  await picture.toFormat(moves ? 'webp' : format, format === 'png' ? {} : { quality: 80 }).toFile(target);
}

process.on('message', (order: ThumbnailOrder) => {
  const answer = (made: boolean): void => void process.send?.({ made } satisfies ThumbnailAnswer);
  make(order).then(
    () => answer(true),
    () => answer(false),
  );
});
process.on('disconnect', () => process.exit());
