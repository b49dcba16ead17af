import { type Diga, DigaApiError, type Message } from '@digame/client'

/** What was said in a call, oldest first; nothing if nobody spoke. @throws DigaError, also if there is no such call */
export async function* transcript(
  diga: Diga,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Message, void> {
  try {
    yield* diga.calls.messages(id, { order: 'asc', limit: 1000 }, { signal })
  } catch (error) {
    if (!(error instanceof DigaApiError) || error.status !== 404) throw error
    // The service answers 404 both to a silent call and to one that does not exist.
    await diga.calls.get(id, { signal })
  }
}
