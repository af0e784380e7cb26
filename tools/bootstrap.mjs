// Makes a checkout ready to run, in two steps: first the pinned Node, then, under it, the workspace. npm picks packages
// by the Node it runs on, so the second step must not run on whatever Node the machine has.
//
// This file and run.mjs are all that runs on the machine's own Node (20 or newer): plain JavaScript, nothing installed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { runChild } from './child.mjs';

/** The oldest Node that Hearth runs on where no pinned one exists: `engines` of the published packages. */
const oldestNode = [24, 15];

/** Settings of the machine must not change what is installed: no dev-less or optional-less tree, no scripts. */
const installFlags = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];

/** Another install in this checkout is waited for this long before its lock counts as forgotten. */
const lockWaitMsMax = 15 * 60_000;

/** What went wrong, in one line for the person at the terminal, and the exit code. */
export class BootstrapError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Installs what is missing or stale and returns the environment that every command runs in. No npm call otherwise. */
export async function bootstrap(root) {
  const node = await chooseNode(root);
  const env = environment(root, node);
  await installOnce(root, root, node, env, 'packages');
  return { node, env };
}

/** The pinned Node, installed if need be; the user's own where there is none that runs here. */
async function chooseNode(root) {
  const folder = join(root, 'tools', 'node');
  const pinned = pinnedNode(readJson(join(folder, 'package-lock.json')), process.platform, process.arch);
  if (!pinned) return ownNode(`there is no pinned Node for ${process.platform} ${process.arch}`);
  const isThere = () => installedVersion(join(folder, pinned.place)) === pinned.version;
  await installOnce(root, folder, process.execPath, process.env, `Node ${pinned.version}`, isThere);
  const program = join(folder, pinned.place, 'bin', 'node');
  const runs = spawnSync(program, ['--version']).status === 0;
  return runs ? program : ownNode('the pinned Node does not run on this system');
}

/** Where the lockfile puts the Node for a platform, and which version that is. */
export function pinnedNode(lock, platform, arch) {
  const found = Object.entries(lock.packages).find(([, { os, cpu }]) => fits(os, platform) && fits(cpu, arch));
  return found && { place: found[0], version: found[1].version };
}

function ownNode(why) {
  if (isNewEnough(process.versions.node)) return process.execPath;
  throw new BootstrapError(`${why}; install Node ${oldestNode.join('.')} or newer (this is ${process.versions.node})`, 2);
}

export function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}

function environment(root, node) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].filter(Boolean).join(delimiter);
  return { ...process.env, PATH: path };
}

async function installOnce(root, folder, node, env, what, isReady = () => isInstalled(folder)) {
  if (isReady()) return;
  const release = await takeLock(root);
  try {
    if (isReady()) return;
    console.error(`hearth: installing ${what}`);
    const [command, ...first] = npmCommand(node);
    const code = await runChild(command, [...first, ...installFlags, '--loglevel=error'], { cwd: folder, env, stdio: ['inherit', 2, 2] });
    if (code !== 0) throw new BootstrapError(`npm could not install ${what}`, code > 128 ? code : 1);
  } finally {
    release();
  }
}

/** The npm that started us, under the Node we chose; else the one on the path. */
function npmCommand(node) {
  const running = process.env.npm_execpath;
  return running && basename(running) === 'npm-cli.js' && existsSync(running) ? [node, running] : ['npm'];
}

/**
 * Whether npm's own record of what it installed agrees with the lockfile. npm writes the record last, so an install
 * that was interrupted has none. Optional packages may be absent: most belong to other platforms.
 */
export function isInstalled(folder) {
  const record = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = readJson(join(folder, 'package-lock.json')).packages;
  const present = readJson(record).packages;
  const same = (place) => present[place].version === wanted[place]?.version && present[place].integrity === wanted[place]?.integrity;
  return (
    Object.keys(present).every(same) &&
    Object.keys(wanted).every((place) => place === '' || place in present || wanted[place].optional || wanted[place].devOptional)
  );
}

/** One install at a time in a checkout: a folder with the owner's process id in it. */
async function takeLock(root) {
  const lock = join(root, '.cache', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let waitedMs = 0; waitedMs < lockWaitMsMax; waitedMs += 250) {
    try {
      mkdirSync(lock);
      writeFileSync(join(lock, 'pid'), String(process.pid));
      const release = () => rmSync(lock, { recursive: true, force: true });
      return release;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = ownerOf(lock);
    if (waitedMs === 0 && owner) console.error(`hearth: waiting for another install in this checkout (process ${owner})`);
    // A lock without a number is one that is just being taken: it gets a second.
    if (owner ? !isAlive(owner) : waitedMs >= 1000) rmSync(lock, { recursive: true, force: true });
    else await sleep(250);
  }
  throw new BootstrapError('another install in this checkout does not end', 1);
}

function ownerOf(lock) {
  try {
    return Number(readFileSync(join(lock, 'pid'), 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function installedVersion(folder) {
  const description = join(folder, 'package.json');
  return existsSync(description) ? readJson(description).version : undefined;
}

const fits = (allowed, value) => allowed !== undefined && [allowed].flat().includes(value);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
