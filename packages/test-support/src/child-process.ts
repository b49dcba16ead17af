import type { ChildProcess, Serializable } from 'node:child_process'
import { once } from 'node:events'

/** Resolves with the next message of a process; rejects if the process exits first. */
export async function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null): void => {
      child.off('message', onMessage)
      reject(new Error(`${child.spawnargs.join(' ')} ended with ${code ?? signal} and sent no message`))
    }
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit)
      resolve(message)
    }
    child.once('exit', onExit)
    child.once('message', onMessage)
  })
}

/** Sends a message to a process and resolves with the message that it sends back; rejects if it exits first. */
export async function ask(child: ChildProcess, message: Serializable): Promise<unknown> {
  const reply = nextMessage(child)
  child.send(message)
  return reply
}

/** Ends a process and waits until it is gone. Does nothing if it has ended already. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
