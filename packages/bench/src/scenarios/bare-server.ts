// Run as a process of its own: the least that a JSON API on node:http can do. It tells its port and ends with its standard input.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let count = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { body } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { body: string };
    count += 1;
    const answer = JSON.stringify({ event_id: `$${count}-of-${body.length}-characters-and-as-long-as-an-id` });
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.resume().on('end', () => {
  server.closeAllConnections();
  server.close();
});
