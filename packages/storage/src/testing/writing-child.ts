import { openDatabase } from '../open.ts';
import { streamRow, user, write } from './example-rows.ts';
import { testPorts } from './test-ports.ts';

/**
 * Run as a process of its own, `writing-child.ts URL FIRST COUNT`: writes users one after the other and prints each number once
 * its write was answered.
 */
const [url = '', first = '1', count = '1'] = process.argv.slice(2);
const database = await openDatabase(url, testPorts(`child from ${first}`));
for (let number = Number(first); number < Number(first) + Number(count); number++) {
  await database.write(write({ statements: [user(number)], stream: [streamRow(number)] }));
  process.stdout.write(`${number}\n`);
}
await database.close();
