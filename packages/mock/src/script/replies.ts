import type { Engine } from '../contract/engine.ts'
import type { OperationId } from '../contract/types.ts'
import { checkReply } from './check-reply.ts'
import { fitsOperation, hasOwnResponse, type Reply } from './reply.ts'

/** The replies that are still to be used, in order. */
export interface Replies {
  /** Adds a reply at the end; throws a TypeError if it can never apply. */
  add(reply: Reply): void
  /** Takes out the first reply that applies to a request to this operation. */
  take(operation: OperationId | undefined): Reply | undefined
}

export function createReplies(engine: Engine): Replies {
  const queue: Reply[] = []

  const applies = (reply: Reply, operation: OperationId | undefined): boolean => {
    if (operation === undefined) {
      // Off the spec there are no examples to choose from.
      return reply.operation === undefined && (!hasOwnResponse(reply) || reply.body !== undefined)
    }
    return (reply.operation ?? operation) === operation && fitsOperation(engine, reply, operation)
  }

  return {
    add(reply) {
      checkReply(engine, reply)
      queue.push({ ...reply })
    },
    take(operation) {
      const index = queue.findIndex((reply) => applies(reply, operation))
      return index < 0 ? undefined : queue.splice(index, 1)[0]
    },
  }
}
