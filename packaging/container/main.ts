// `npm run container [-- TAG]`: makes the image `hearth`, or whatever it is to be called.
import { buildImage } from './build-image.ts';
import { findEngine } from './engine.ts';

const [tag = 'hearth'] = process.argv.slice(2);
const engine = findEngine();
if (engine === undefined) {
  console.error('hearth: there is no container engine here: install docker or podman, and start it.');
  process.exitCode = 1;
} else {
  await buildImage(engine, process.cwd(), process.execPath, tag);
  console.log(`The image ${tag} is made. Start it with: ${engine} run -e SERVER_NAME=example.org -p 8008:8008 -v hearth:/data ${tag}`);
}
