import type { Message } from '../contract/types.ts'
import type { Line } from '../exchange/exchange.ts'
import { lifeOf } from '../exchange/life.ts'
import { namedId, seedOf } from '../exchange/random.ts'

type Said = Pick<Message, 'role' | 'content' | 'tool_call'>

const says = (role: 'assistant' | 'user', content: string): Said => ({ role, content, tool_call: null })

const uses = (tool_name: string, payload: Record<string, unknown> = {}): Said => ({
  role: 'tool',
  content: null,
  tool_call: { type: 'call_tool', tool_name, status: 'success', payload },
})

const talk: readonly Said[] = [
  says('assistant', 'Buenos días, le llamo de parte de la clínica. ¿Hablo con el titular de la línea?'),
  says('user', 'Sí, soy yo. ¿Qué desea?'),
  says('assistant', 'Quería confirmar su cita del jueves a las diez. ¿Le viene bien?'),
  says('user', 'Sí, el jueves a las diez está bien.'),
  says('assistant', 'Perfecto, queda confirmada. ¿Puedo ayudarle en algo más?'),
  says('user', 'No, nada más. Gracias.'),
  says('assistant', 'Gracias a usted. Que tenga un buen día.'),
]

const beep: readonly Said[] = [
  uses('detect_answering_machine', { detected: true }),
  says('assistant', 'Le llamamos de la clínica para confirmar su cita. Volveremos a llamarle. Gracias.'),
]

function script({ ending }: Line, byAgent: boolean): readonly Said[] {
  if (ending === 'voicemail') return [...beep, uses('hangup')]
  if (ending === 'transferred') return [...talk.slice(0, 4), uses('transfer', { to: 'reception' })]
  return byAgent ? [...talk, uses('hangup')] : talk
}

/** What has been said in a call until now, oldest first; it comes at even distances over the talk. */
export function conversation(line: Line, now: number, speed: number): Message[] {
  const { id, started } = line
  if (started === undefined) return []
  const { talk: length, byAgent } = lifeOf(line)
  const said = script(line, byAgent)
  const step = length / speed / said.length
  const heard = said
    .map((one, index) => ({ one, at: Math.round(started + step * (index + 0.5)) }))
    .filter(({ at }) => at <= now)
  return heard.map(({ one, at }, index) => ({
    id: namedId(seedOf(id), `message ${index}`),
    created_date: new Date(at).toISOString(),
    ...one,
  }))
}
