import type { Message } from '../contract/types.ts'
import type { ExchangeCall } from '../exchange/call.ts'
import { lifeOf } from '../exchange/life.ts'
import { createNamedId, hashText } from '../exchange/random.ts'

type Entry = Pick<Message, 'role' | 'content' | 'tool_call'>

const say = (role: 'assistant' | 'user', content: string): Entry => ({ role, content, tool_call: null })

const useTool = (tool_name: string, payload: Record<string, unknown> = {}): Entry => ({
  role: 'tool',
  content: null,
  tool_call: { type: 'call_tool', tool_name, status: 'success', payload },
})

const talk: readonly Entry[] = [
  say('assistant', 'Buenos días, le llamo de parte de la clínica. ¿Hablo con el titular de la línea?'),
  say('user', 'Sí, soy yo. ¿Qué desea?'),
  say('assistant', 'Quería confirmar su cita del jueves a las diez. ¿Le viene bien?'),
  say('user', 'Sí, el jueves a las diez está bien.'),
  say('assistant', 'Perfecto, queda confirmada. ¿Puedo ayudarle en algo más?'),
  say('user', 'No, nada más. Gracias.'),
  say('assistant', 'Gracias a usted. Que tenga un buen día.'),
]

const voicemail: readonly Entry[] = [
  useTool('detect_answering_machine', { detected: true }),
  say('assistant', 'Le llamamos de la clínica para confirmar su cita. Volveremos a llamarle. Gracias.'),
  useTool('hangup'),
]

function chooseScript({ ending }: ExchangeCall, agentHangsUp: boolean): readonly Entry[] {
  if (ending === 'voicemail') return voicemail
  if (ending === 'transferred') return [...talk.slice(0, 4), useTool('transfer', { to: 'reception' })]
  return agentHangsUp ? [...talk, useTool('hangup')] : talk
}

/** The messages of a call until `now`, oldest first; they come at equal intervals over the talk. */
export function createTranscript(call: ExchangeCall, now: number, speed: number): Message[] {
  const { id, started } = call
  if (started === undefined) return []
  const { talkMs, agentHangsUp } = lifeOf(call)
  const entries = chooseScript(call, agentHangsUp)
  const intervalMs = talkMs / speed / entries.length
  return entries
    .map((entry, index) => ({ entry, index, at: Math.round(started + intervalMs * (index + 0.5)) }))
    .filter(({ at }) => at <= now)
    .map(({ entry, index, at }) => ({
      id: createNamedId(hashText(id), `message ${index}`),
      created_date: new Date(at).toISOString(),
      ...entry,
    }))
}
