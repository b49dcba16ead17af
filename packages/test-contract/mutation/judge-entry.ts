/** A process that judges documents, one after another: receives each as a message and sends its verdict. */
import type { Node } from '../contract/document.ts'
import { createJudge } from './judge.ts'

const judge = createJudge()

process.on('message', async (document: Node) => {
  const verdict = await judge(document)
  if (process.connected) process.send?.(verdict)
})
