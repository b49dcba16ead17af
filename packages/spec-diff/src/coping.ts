/**
 * What `@digame/client` makes of each difference. These are statements about its code: whoever changes how it reads
 * an answer looks here too.
 */
import type { Difference, Finding, Operation } from './difference.ts'

/** Whether the client copes, and how. */
export type Coping = Pick<Difference, 'clientCopes' | 'client'>

type Told = Finding & { readonly operation: Operation }

const fine = (client: string): Coping => ({ clientCopes: true, client })
const not = (client: string): Coping => ({ clientCopes: false, client })

/** What the client does about a difference. */
export function copes(difference: Told): Coping {
  const { effect, at, operation } = difference
  if (effect === 'harmless') return fine('Whatever works goes on working.')
  const [, , status = '', ...rest] = at.split('/')
  if (!at.startsWith('/responses/')) return request(difference)
  const known = answer(difference, status)
  if (known) return known
  const path = `/${rest.slice(1).join('/')}`
  const isCall = operation === 'placeCall' || operation === 'getCall'
  if (isCall) return callField(path, difference)
  if (!path.startsWith('/data/*/')) return pageField(path, difference)
  const field = path.slice('/data/*'.length)
  return operation === 'listCalls' ? callField(field, difference) : messageField(field, difference)
}

function request({ code, at, value, operation }: Told): Coping {
  switch (code) {
    case 'server_changed':
      return not('It calls https://api.diga.io unless baseUrl or DIGA_BASE_URL says otherwise.')
    case 'path_moved':
    case 'path_removed':
    case 'method_removed':
      return not('It calls the path of our spec, and follows no redirect.')
    case 'auth_changed':
      return not('It sends the API key as a bearer token, and nothing else.')
    case 'required_parameter_added':
      return at.startsWith('/request/header/')
        ? not('It sends the header only where a caller gives it with the option headers.')
        : not('It does not send it by itself.')
    case 'default_changed':
      return at.endsWith('/limit')
        ? fine('It reads on while has_more says so, whatever the size of a page.')
        : not('It sends no order of its own, and promises the newest first.')
  }
  if (at === '/request/body' && code === 'properties_closed')
    return fine('It sends the fields of our spec alone, unless a caller adds others.')
  if (at === '/request/body/dynamic_variables') {
    if (code === 'property_required' || code === 'null_removed')
      return fine('It always sends it, with the idempotency key inside, unless told marker: false.')
    return not('The idempotency key travels inside: a call whose answer is lost could not be found.')
  }
  const isLookUp = operation === 'listCalls' && /^\/request\/query\/(after|limit|order)$/.test(at)
  // They send it always, and never oldest first.
  const isTheirs = code !== 'parameter_required' && value !== 'asc' && !value?.startsWith('minimum')
  if (isLookUp && isTheirs)
    return not('Its look-ups send it (limit as 1000): a call whose answer is lost might not be found.')
  return not('It sends what a caller gives it.')
}

function answer({ code, at, operation, clientCopes }: Told, status: string): Coping | undefined {
  const isSuccess = status.startsWith('2')
  if (!isSuccess) return fine('An error is known by its status alone; what its body lacks is left out.')
  if (code === 'status_changed' || code === 'status_removed') return fine('It takes any 2xx for a success.')
  if (code === 'status_added') {
    return clientCopes
      ? fine('It takes any 2xx for a success.')
      : not('A success that it cannot read is a DigaResponseError; a create is looked up before.')
  }
  if (code === 'content_type_changed') {
    if (operation === 'streamConcurrency')
      return clientCopes
        ? fine('It reads events, whatever the content type says.')
        : not('It finds no events in anything but a stream of events.')
    return clientCopes
      ? fine('It reads JSON, whatever the content type says.')
      : not('It reads nothing but JSON.')
  }
  if (code === 'body_removed') return not('A success that it cannot read is a DigaResponseError.')
  return at.endsWith('/body') ? not('It reads nothing but an object there.') : undefined
}

const isGone = (code: string): boolean => /^(property_removed|property_optional|null_added)$/.test(code)
const isRetyped = (code: string): boolean => /^type_/.test(code)

/** Fields of a page. */
function pageField(path: string, { code }: Told): Coping {
  if (path === '/data' || path === '/data/*') {
    return isGone(code) || isRetyped(code)
      ? not('A page without a list of what has an id is a DigaResponseError.')
      : fine('It takes a list of any length.')
  }
  if (path === '/has_more') return not('It reads the next page only while this is true.')
  if (path === '/first_id' || path === '/last_id') {
    return isRetyped(code)
      ? not('It sends it as the cursor, as it stands.')
      : fine('The ids on the page itself serve as cursors where it is missing.')
  }
  return fine('It makes no use of it, and passes it through.')
}

/** Fields of a call. */
function callField(path: string, { code }: Told): Coping {
  const [, field = '', inner] = path.split('/')
  if (isRetyped(code) && ['id', 'status', 'end_reason', 'dynamic_variables'].includes(field))
    return not(`It reads ${field} as our spec has it.`)
  switch (field) {
    case 'id':
      return isGone(code)
        ? not('What has no id is no call to it: a create whose answer has none ends in doubt.')
        : not('It reads and follows only calls whose id is a uuid.')
    case 'status':
      return fine(
        'Unknown statuses pass through; whether the call has ended is then read off end_time and end_reason.',
      )
    case 'end_reason':
      return code === 'property_removed'
        ? not('Without it, outcomeOf cannot tell how a completed call went.')
        : fine('Unknown reasons pass through, and are the outcome other.')
    case 'dynamic_variables':
      return isGone(code)
        ? not('Without it, a call whose answer is lost cannot be found by its key.')
        : fine('It reads its own key in it, and passes the rest through.')
    case 'contact':
      if (inner === 'identifier' && isRetyped(code)) return not('Look-ups compare it with the number called.')
      return fine('It passes through; a look-up goes by the key alone, and may name fewer candidates.')
    case 'type':
      return fine('It passes through; a look-up goes by the key, and may name fewer candidates.')
    case 'created_date':
      return fine('It passes through; a look-up reads more pages where it cannot tell how old a call is.')
    case 'phone_register_id':
      return fine('It passes through, also as phone_id, its older name; onEvent is told.')
  }
  return fine('It makes no use of it, and passes it through.')
}

/** Fields of a message. */
function messageField(path: string, { code }: Told): Coping {
  if (path === '/id' && (isGone(code) || isRetyped(code)))
    return not('A page with a message without an id is a DigaResponseError.')
  return fine('It makes no use of it, and passes it through.')
}
