import { type Diga, DigaApiError, type Message } from '@digame/client'

/** Reads the messages of a call, oldest first; none if nobody spoke. @throws DigaError, also if the call does not exist */
export async function* readTranscript(
  diga: Diga,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Message, void> {
  try {
    yield* diga.calls.messages(id, { order: 'asc', limit: 1000 }, { signal })
  } catch (error) {
    if (!(error instanceof DigaApiError) || error.status !== 404) throw error
    // The service responds with 404 for a call without messages too. Reading the call itself tells them apart.
    await diga.calls.get(id, { signal })
  }
}
