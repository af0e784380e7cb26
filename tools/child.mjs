// Runs one child process in our own process group, with our terminal, until it ends.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Starts `command` and resolves with the exit code that a shell would report (128 + number after a death by signal).
 * Signals that reach us are handed to the child and we outlive it: Ctrl-C (the whole group) and `kill PID` (only us)
 * then end the same way. The child stays in our group, so that SIGKILL to the group leaves nothing behind.
 *
 * With `slowLine`, that line is printed if the child still runs after a second.
 */
export function runChild(command, args, { cwd, env, stdio = 'inherit', slowLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio });
    const forward = (signal) => child.kill(signal);
    for (const signal of passedOn) process.on(signal, forward);
    const slow = slowLine && setTimeout(() => console.error(slowLine), 1000);
    const settle = (act, value) => {
      clearTimeout(slow);
      for (const signal of passedOn) process.off(signal, forward);
      act(value);
    };
    child.once('error', (error) => settle(reject, error));
    child.once('exit', (code, signal) => settle(resolve, signal ? 128 + constants.signals[signal] : (code ?? 1)));
  });
}
