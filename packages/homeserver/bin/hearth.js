#!/usr/bin/env node
// The installed program's door. It stays plain ES2020 so that an old Node reaches the message instead of a syntax error.
const needed = [24, 15];
const found = process.versions.node.split('.').map(Number);

if (found[0] > needed[0] || (found[0] === needed[0] && found[1] >= needed[1])) {
  void import('../dist/main.js');
} else {
  console.error(`hearth needs Node ${needed.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exitCode = 2;
}
