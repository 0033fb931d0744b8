import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ownFolder } from '../../../basics/temporary.ts'

/**
 * A machine of its own over a root that stays as it is: what is written lies in memory and ends with it. By pivot_root
 * and not chroot, in which the kernel refuses Chromium the namespaces of its sandbox. The network and /tmp are the
 * host's, so that a bench is at hand.
 */
const BOOT = `
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=755 layers "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
cd "$1/root"
mount -t proc proc proc
mount --rbind /dev dev
mount --rbind /tmp tmp
mount -t tmpfs -o mode=755 run run
mkdir -p old
pivot_root . old
umount -l /old
rmdir /old
[ -s /etc/hosts ] || echo 127.0.0.1 localhost >/etc/hosts
mkdir -p /run/lock /run/pcscd
echo up
exec sleep infinity
`

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' }

export interface Said {
  code: number
  stdout: string
  stderr: string
}

export interface Machine {
  /** Runs a program to its end, as root there. */
  run(program: string, ...args: string[]): Promise<Said>
  /** The same as this user, with this environment and no other. */
  as(user: string, env: Record<string, string>, program: string, ...args: string[]): ChildProcess
  stop(): Promise<void>
}

/** `root`: a folder with a Debian, by default this machine's own. Needs root. */
export async function startMachine(root = '/'): Promise<Machine> {
  const folder = ownFolder('totem-machine')
  const layers = join(folder, 'layers')
  mkdirSync(layers)
  const init = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', BOOT, 'boot', layers, root],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const [first] = (await Promise.race([
    once(createInterface(init.stdout), 'line'),
    once(init, 'exit').then(() => ['the machine did not start']),
  ])) as [string]
  if (first !== 'up') throw new Error(first)
  const inside = [`--target=${firstChildOf(init.pid ?? 0)}`, '--mount', '--pid', '--root', '--wdns=/', '--']
  return {
    run: (...command) =>
      new Promise((resolve) =>
        execFile(
          'nsenter',
          [...inside, ...command],
          { encoding: 'utf8', env: ENVIRONMENT },
          (failure, stdout, stderr) => resolve({ code: failure ? Number(failure.code ?? 1) : 0, stdout, stderr }),
        ),
      ),
    as: (user, env, ...command) =>
      spawn(
        'nsenter',
        [
          ...[...inside, 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', '--'],
          ...['env', '-i', 'PATH=/usr/bin:/bin', ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
          ...command,
        ],
        { stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    async stop() {
      const gone = once(init, 'exit')
      // --kill-child: with it everything of its process namespace ends.
      init.kill('SIGKILL')
      await gone
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** `unshare --fork` waits for it outside the new namespaces. */
const firstChildOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0] ?? ''
