// @ts-check

/**
 * @import { Callback } from './words.js'
 * @typedef {{ token: string, accepted: boolean }} Memory
 */

import { describe } from './words.js'

/** @type {(id: string) => HTMLElement} */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id))
/** @type {(id: string) => HTMLInputElement} */
const input = (id) => /** @type {HTMLInputElement} */ (document.getElementById(id))

const form = element('ask')
const token = input('token')
const send = /** @type {HTMLButtonElement} */ (element('send'))
const again = /** @type {HTMLButtonElement} */ (element('again'))
const steps = element('steps')
const note = element('note')

/** @type {Record<string, string>} */
const fieldOf = {
  invalid_name: 'name',
  invalid_phone: 'phone',
  costly_phone: 'phone',
  number_busy: 'phone',
  too_many_calls: 'phone',
  invalid_consent: 'consent',
}

// In sessionStorage: it survives a reload of the tab, and ends with the tab.
const storageKey = 'callback'

/** @type {(memory: Memory) => void} */
function remember(memory) {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(memory))
  } catch {
    // Without storage a reload forgets the callback; the server still refuses a second call to the number.
  }
}

/** @type {() => Memory | undefined} */
function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

function forget() {
  try {
    sessionStorage.removeItem(storageKey)
  } catch {
    // Without storage there is nothing to forget.
  }
}

/** @type {(callback: Callback) => void} */
function show(callback) {
  const step = document.createElement('li')
  step.textContent = describe(callback)
  step.className = callback.state
  steps.querySelector('[aria-current]')?.removeAttribute('aria-current')
  step.setAttribute('aria-current', 'step')
  steps.append(step)
  // Offer another call only when no phone can be ringing.
  again.hidden = callback.state !== 'ended' && callback.state !== 'refused'
  again.textContent = callback.state === 'refused' ? 'Volver a intentarlo' : 'Pedir otra llamada'
}

/** @type {(text: string, field?: string) => void} */
function showError(text, field = 'form') {
  element(`${field}-error`).textContent = text
  if (field === 'form') return
  input(field).setAttribute('aria-invalid', 'true')
  input(field).focus()
}

function clearErrors() {
  for (const error of document.querySelectorAll('form .error[id]')) error.textContent = ''
  for (const field of document.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid')
}

/** @type {(on: boolean) => void} */
function showProgress(on) {
  form.hidden = on
  element('progress').hidden = !on
  steps.replaceChildren()
  note.textContent = ''
}

/** Shows the callback of this page's token, and each of its changes. */
function follow() {
  const [id = ''] = token.value.split('.')
  let { accepted } = recall() ?? { accepted: false }
  showProgress(true)
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
    // An EventSource also fails when the visitor leaves or a proxy breaks. Only a 404 means that there is no such callback.
    const headers = { 'x-form-token': token.value }
    const response = await fetch(`/api/callbacks/${id}`, { headers }).catch(() => undefined)
    if (response?.status !== 404) {
      note.textContent = 'Se ha cortado la conexión. Recarga la página para ver cómo va la llamada.'
      return
    }
    const code = await response.json().then(
      ({ error }) => error?.code,
      () => undefined,
    )
    // A restarted server does not know which calls the earlier process placed.
    if (accepted || code !== 'not_arrived') {
      forget()
      note.textContent = 'Ya no podemos ver cómo va. Puede que la llamada esté en camino.'
      return
    }
    showProgress(false)
    send.focus()
    showError('Tu petición no nos ha llegado. Puedes enviarla otra vez: no te llamaremos dos veces.')
  }
}

let busy = false

async function ask() {
  clearErrors()
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
    // The request may have arrived although its response was lost: the events will show it.
  }
  if (error?.code && error.code !== 'internal') {
    forget()
    showError(error.message, fieldOf[error.code])
    return
  }
  follow()
  element('progress-title').focus()
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
  // Another call needs another token, and each page load issues one.
  location.reload()
})

const memory = recall()
if (memory) {
  token.value = memory.token
  follow()
}
send.disabled = false
