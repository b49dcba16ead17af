// @ts-check

/**
 * @typedef {{
 *   id: string
 *   state: 'sending' | 'placed' | 'ended' | 'refused' | 'unknown' | 'out_of_sight'
 *   status?: string
 *   outcome?: string
 *   duration?: number | null
 * }} Callback
 */

/** @typedef {import('@digame/spec').components['schemas']['CallStatus']} CallStatus */

/** @type {Record<Exclude<CallStatus, 'completed' | 'failed' | 'transferred' | 'no_answer'>, string>} */
const statuses = {
  in_queue: 'En cola, esperando una línea libre',
  dialing: 'Marcando tu número',
  in_progress: 'En conversación',
}

/** @type {Record<Exclude<import('@digame/client').Outcome, 'other'>, string>} */
const outcomes = {
  completed: 'Llamada terminada',
  transferred: 'Te hemos pasado con una persona',
  no_answer: 'No has contestado',
  not_reached: 'No hemos podido llamarte',
  voicemail: 'Ha saltado el buzón de voz',
  failed: 'No se ha podido establecer la llamada',
}

/**
 * Finds the words for a status or an outcome; there are none for one that is new.
 *
 * @type {(texts: Readonly<Record<string, string>>, name: string) => string | undefined}
 */
const textFor = (texts, name) => (Object.hasOwn(texts, name) ? texts[name] : undefined)

/** @type {(seconds: number) => string} */
function formatDuration(seconds) {
  const minutes = Math.floor(seconds / 60)
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}

/**
 * Describes a callback to its visitor.
 *
 * @type {(callback: Callback) => string}
 */
export function describe({ state, status = '', outcome = '', duration }) {
  switch (state) {
    case 'sending':
      return 'Pidiendo la llamada'
    case 'placed':
      return textFor(statuses, status) ?? 'La llamada sigue su curso'
    case 'ended': {
      const text = textFor(outcomes, outcome) ?? 'Llamada terminada'
      return duration ? `${text} · ${formatDuration(duration)}` : text
    }
    case 'refused':
      return 'No hemos podido llamarte. No se ha hecho ninguna llamada.'
    case 'unknown':
      return 'Puede que la llamada esté en camino. Ten el teléfono a mano; no la pidas otra vez.'
    case 'out_of_sight':
      return 'La llamada está hecha, pero ya no podemos ver cómo va.'
  }
}
