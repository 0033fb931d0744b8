/** Closes every inherited descriptor but stdin, stdout and stderr, and becomes the program. */
const CLOSING = `for fd in /proc/self/fd/*; do fd=\${fd##*/}; ((fd > 2)) && eval "exec $fd>&-"; done; exec "$0" "$@"`

/**
 * Command and arguments by which a program starts with no descriptor but the three of its stdio. Chromium does not mark
 * its own as close-on-exec. A program that lives on with one of them keeps a channel open whose other end has died:
 * Chromium waits for that process for ever, and the screen stands still. 127: there is no such program.
 *
 * SECURITY: `--norc`, since Node's pipes are sockets, and from a socket bash reads its user's ~/.bashrc (it thinks of rshd).
 */
export const closedProgram = (program: string, args: readonly string[]): [command: string, args: string[]] => [
  '/bin/bash',
  ['--norc', '-c', CLOSING, program, ...args],
]
