// @ts-check

/**
 * @import { Callback } from './words.js'
 * @typedef {{ token: string, accepted: boolean }} Memory
 */

import { words } from './words.js'

/** @type {(id: string) => HTMLElement} */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
/** @type {(id: string) => HTMLInputElement} */
const input = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id))

const form = find('ask')
const token = input('token')
const send = /** @type {HTMLButtonElement} */ (find('send'))
const again = /** @type {HTMLButtonElement} */ (find('again'))
const steps = find('steps')
const note = find('note')

/** @type {Record<string, string>} */
const fieldOf = {
  invalid_name: 'name',
  invalid_phone: 'phone',
  costly_phone: 'phone',
  number_busy: 'phone',
  too_many_calls: 'phone',
  invalid_consent: 'consent',
}

// Survives a reload of this tab, not the tab itself.
const place = 'callback'

/** @type {(memory: Memory) => void} */
function remember(memory) {
  try {
    sessionStorage.setItem(place, JSON.stringify(memory))
  } catch {
    // Without storage a reload forgets; the server still refuses a second call to the number.
  }
}

/** @type {() => Memory | undefined} */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

function forget() {
  try {
    sessionStorage.removeItem(place)
  } catch {
    // There is nothing to forget then.
  }
}

/** @type {(callback: Callback) => void} */
function show(callback) {
  const step = document.createElement('li')
  step.textContent = words(callback)
  step.className = callback.state
  steps.querySelector('[aria-current]')?.removeAttribute('aria-current')
  step.setAttribute('aria-current', 'step')
  steps.append(step)
  // Only where no phone can be ringing; for all else nobody is tempted to ask twice.
  again.hidden = callback.state !== 'ended' && callback.state !== 'refused'
  again.textContent = callback.state === 'refused' ? 'Volver a intentarlo' : 'Pedir otra llamada'
}

/** @type {(text: string, field?: string) => void} */
function complain(text, field = 'form') {
  find(`${field}-error`).textContent = text
  if (field === 'form') return
  input(field).setAttribute('aria-invalid', 'true')
  input(field).focus()
}

function clear() {
  for (const error of document.querySelectorAll('form .error[id]')) error.textContent = ''
  for (const field of document.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

/** @type {(on: boolean) => void} */
function progress(on) {
  form.hidden = on
  find('progress').hidden = !on
  steps.replaceChildren()
  note.textContent = ''
}

/** Shows the callback of this page's token, and how it goes on. */
function follow() {
  const [id = ''] = token.value.split('.')
  let { accepted } = recall() ?? { accepted: false }
  progress(true)
  const events = new EventSource(`/api/callbacks/${id}/events`)
  events.onopen = () => {
    note.textContent = ''
    if (accepted) return
    accepted = true
    remember({ token: token.value, accepted })
  }
  events.onmessage = ({ data }) => {
    /** @type {Callback} */
    const callback = JSON.parse(data)
    show(callback)
    if (callback.state !== 'sending' && callback.state !== 'placed') events.close()
  }
  events.onerror = async () => {
    if (events.readyState !== EventSource.CLOSED) {
      note.textContent = 'Se ha cortado la conexión. Volviendo a conectar…'
      return
    }
    // Browsers say the same when the page is left and when a proxy is ill: only a 404 means that there is nothing.
    const headers = { 'x-form-token': token.value }
    const answer = await fetch(`/api/callbacks/${id}`, { headers }).catch(() => undefined)
    if (answer?.status !== 404) {
      note.textContent = 'Se ha cortado la conexión. Recarga la página para ver cómo va la llamada.'
      return
    }
    const code = await answer.json().then(
      ({ error }) => error?.code,
      () => undefined,
    )
    // A server that began anew does not know what the one before it was asked, and did.
    if (accepted || code !== 'not_arrived') {
      forget()
      note.textContent = 'Ya no podemos ver cómo va. Puede que la llamada esté en camino.'
      return
    }
    progress(false)
    send.focus()
    complain('Tu petición no nos ha llegado. Puedes enviarla otra vez: no te llamaremos dos veces.')
  }
}

let busy = false

async function ask() {
  clear()
  remember({ token: token.value, accepted: false })
  const body = {
    token: token.value,
    name: input('name').value.trim(),
    phone: input('phone').value.trim(),
    consent: input('consent').checked,
  }
  let error
  try {
    const response = await fetch('/api/callbacks', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.ok) remember({ token: token.value, accepted: true })
    else error = (await response.json()).error
  } catch {
    // The answer was lost, not necessarily the request: the events know.
  }
  if (error?.code && error.code !== 'internal') {
    forget()
    complain(error.message, fieldOf[error.code])
    return
  }
  follow()
  find('progress-title').focus()
}

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  if (busy) return
  busy = true
  send.setAttribute('aria-disabled', 'true')
  await ask()
  send.removeAttribute('aria-disabled')
  busy = false
})

again.addEventListener('click', () => {
  forget()
  // A new wish needs a new token, and a token is made with the page.
  location.reload()
})

const memory = recall()
if (memory) {
  token.value = memory.token
  follow()
}
send.disabled = false
