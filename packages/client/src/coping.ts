/**
 * What this client does about each way in which the service's contract may change.
 *
 * The statements describe the code of this package; the contract tests change the contract in each of these ways, run the
 * client, and compare.
 */

/** How a new contract differs from the one that this client was made for. A `Difference` of `@digame/spec-diff` is one. */
export interface ContractDifference {
  /** The kind of difference, such as `property_removed`. */
  readonly code: string
  /** The `operationId`, or `all`. */
  readonly operation: string
  /** A pointer into the operation, such as `/request/body/to_number` or `/responses/200/body/data/*`. */
  readonly at: string
  /** `breaks_request`, `breaks_response` or `harmless`. */
  readonly effect: string
  /** The enum value, type or constraint that the code is about, if there is one. */
  readonly value?: string
  /** What the document describes as the body of a success: `same`, `json`, `undescribed`, `other` or `none`. */
  readonly body?: string
}

/** What the client does about a difference. */
export interface Coping {
  /** Whether programs on this client go on working as they are. */
  readonly clientCopes: boolean
  /** What the client does, in one sentence. */
  readonly client: string
}

const copes = (client: string): Coping => ({ clientCopes: true, client })
const fails = (client: string): Coping => ({ clientCopes: false, client })

const passesThrough = copes('Passes through what arrives.')
const passesOn = fails('Sends what you pass.')

/** What the client does about a difference of the contract. */
export function copingWith(difference: ContractDifference): Coping {
  const { effect, at } = difference
  if (effect === 'harmless') return copes('Nothing changes for the client.')
  if (at.startsWith('/responses/')) return response(difference)
  if (at.startsWith('/request/body')) return requestBody(difference)
  return at.startsWith('/request/') ? parameter(difference) : service(difference)
}

function service({ code }: ContractDifference): Coping {
  if (code === 'server_changed')
    return fails('Calls https://api.diga.io unless you set baseUrl or DIGA_BASE_URL.')
  if (code === 'auth_changed') return fails('Sends the API key as a bearer token.')
  return fails('Sends to the path and with the method of our spec, and follows no redirect.')
}

function parameter({ code, at, operation, value }: ContractDifference): Coping {
  const [, , location, name] = at.split('/')
  if (code === 'required_parameter_added') {
    return location === 'header'
      ? fails('Sends the header only if you add it with the option headers.')
      : fails('Does not send the parameter by itself.')
  }
  if (location === 'path') return fails('Sends only ids that are UUIDs.')
  if (code === 'default_changed') {
    if (name === 'limit') return copes('Reads on until has_more is false, whatever the size of a page.')
    return fails('Sends the parameter only if you pass it.')
  }
  if (code === 'parameter_required') return fails('Sends the parameter only if you pass it.')
  const isOfLookUp = operation === 'listCalls' && /^(after|limit|order)$/.test(name ?? '')
  // A look-up asks for 1000 calls at once, newest first.
  if (isOfLookUp && value !== 'asc' && !value?.startsWith('minimum'))
    return fails('Look-ups send it: a call whose response was lost might not be found.')
  return name === 'after' ? fails('Sends the last id of a page as after, to read the next page.') : passesOn
}

function requestBody({ code, at }: ContractDifference): Coping {
  const [, , , field, inner] = at.split('/')
  if (field === undefined) {
    if (code === 'properties_closed') return copes('Sends only fields of our spec, unless you pass others.')
    if (code === 'required_body_added') return fails('Sends no body.')
    return fails('Sends the call as JSON.')
  }
  if (code === 'required_property_added') return fails('Sends the field only if you pass it.')
  if (field === 'from_number' || field === 'to_number')
    return fails('Requires the number, and sends it as you pass it.')
  if (field !== 'dynamic_variables') return passesOn
  if (inner !== undefined)
    return fails('Sends each variable as you pass it, and the idempotency key as a string.')
  return code === 'property_required' || code === 'null_removed'
    ? copes('Always sends an object with the idempotency key in it, unless you set marker: false.')
    : fails('Sends the idempotency key in it: without it, a call whose response was lost cannot be found.')
}

function response(difference: ContractDifference): Coping {
  const { code, at, operation, body } = difference
  const [, , status = '', part, ...path] = at.split('/')
  if (operation === 'streamConcurrency' && /^(408|429|50[0234])$/.test(status))
    return copes('Connects again after a pause.')
  if (!status.startsWith('2'))
    return copes('Throws a DigaApiError by the status alone, without the fields that the body lacks.')
  if (code === 'status_changed' || code === 'status_removed') return copes('Accepts any 2xx as a success.')
  if (part === undefined)
    return isReadable(operation, body) ? copes('Accepts any 2xx as a success.') : unreadable(operation)
  if (code === 'body_removed') return unreadable(operation)
  if (code === 'content_type_changed') {
    if (!isReadable(operation, body)) return unreadable(operation)
    return operation === 'streamConcurrency'
      ? copes('Reads events, whatever the content type.')
      : copes('Reads JSON, whatever the content type.')
  }
  if (path.length === 0) return isGone(code) || isRetyped(code) ? unreadable(operation) : passesThrough
  if (operation === 'placeCall' || operation === 'getCall') return callField(path, difference)
  const [name, , ...field] = path
  if (name !== 'data' || field.length === 0) return pageField(name, difference)
  return operation === 'listCalls' ? callField(field, difference) : passesThrough
}

/** Whether the client can read such a body of a success. A body that is described as JSON is not a stream of events. */
function isReadable(operation: string, body: string | undefined): boolean {
  if (body === 'same' || body === 'undescribed') return true
  return body === 'json' && operation !== 'streamConcurrency'
}

function unreadable(operation: string): Coping {
  if (operation === 'streamConcurrency') return fails('Finds no events there, and connects again.')
  return operation === 'placeCall'
    ? fails('Looks the call up by its key; if that fails, throws a DigaResponseError with placed "maybe".')
    : fails('Throws a DigaResponseError.')
}

const isGone = (code: string): boolean => /^(property_removed|property_optional|null_added)$/.test(code)
const isRetyped = (code: string): boolean => /^type_/.test(code)

function pageField(name: string | undefined, { code, operation, value }: ContractDifference): Coping {
  if (name === 'data') {
    return isGone(code) || isRetyped(code) ? unreadable(operation) : passesThrough
  }
  if (name === 'has_more') {
    return operation === 'listCalls'
      ? copes('Reads on until a page brings nothing new; a look-up may end as unknown instead of absent.')
      : copes('Reads on until a page brings nothing new.')
  }
  if (name !== 'first_id' && name !== 'last_id') return passesThrough
  if (isRetyped(code) && /array|object|anything/.test(value ?? ''))
    return fails('Returns the page, but cannot send the cursor back.')
  return isGone(code)
    ? copes('Takes the ids of the items as cursors.')
    : copes('Sends it back as the cursor, as it is.')
}

function callField([field, inner]: readonly string[], { code, operation }: ContractDifference): Coping {
  const isLost = isGone(code) || isRetyped(code)
  const isListed = operation === 'listCalls'
  switch (field) {
    case 'id':
      if (!isLost) return fails('Returns the call, but reads and follows only ids that are UUIDs.')
      return isListed
        ? fails('Returns the page; a look-up that meets a call without an id ends as unknown.')
        : unreadable(operation)
    case 'status':
      return copes(
        'Passes through what arrives, and reads from end_time and end_reason whether the call has ended.',
      )
    case 'end_reason':
      return isLost && operation !== 'placeCall'
        ? fails('Returns the call; outcomeOf cannot tell how it went.')
        : passesThrough
    case 'dynamic_variables':
      return isListed && isLost && inner === undefined
        ? fails(
            'Returns the calls; a look-up does not recognise its own call, and returns it as a candidate.',
          )
        : passesThrough
    case 'contact':
    case 'type':
      return isListed
        ? copes(
            'Passes through what arrives; a look-up finds the call by its key, and may name fewer candidates.',
          )
        : passesThrough
    case 'created_date':
      return isListed
        ? copes('Passes through what arrives; a look-up that cannot tell how old a call is reads on.')
        : passesThrough
    case 'phone_register_id':
      return code === 'property_removed' || code === 'property_optional'
        ? copes('Passes the call through; onEvent reports the missing field, or its older name phone_id.')
        : passesThrough
  }
  return passesThrough
}
