/** How a picture is fitted: `crop` fills the size and cuts what stands out, `scale` stays within it. */
export type Method = 'crop' | 'scale';
export type Preset = { readonly method: Method; readonly width: number; readonly height: number };

/** The sizes that thumbnails are made in: how many there are of one picture is ours to say, not the requests'. From small to large. */
const presets: readonly Preset[] = [
  { method: 'crop', width: 32, height: 32 },
  { method: 'crop', width: 96, height: 96 },
  { method: 'crop', width: 320, height: 320 },
  { method: 'scale', width: 320, height: 240 },
  { method: 'scale', width: 640, height: 480 },
  { method: 'scale', width: 800, height: 600 },
];

/** The smallest size that is as large as what was asked for; where none is, the largest. */
export function presetFor({ method, width, height }: Preset): Preset {
  const suitable = presets.filter((preset) => preset.method === method);
  const fitting = suitable.find((preset) => preset.width >= width && preset.height >= height);
  return fitting ?? suitable.at(-1) ?? { method, width, height };
}
