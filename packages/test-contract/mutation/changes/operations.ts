/** Changes of paths, operations, parameters and media types. */
import { type Change, type MutableNode, objectAt, objectsAt, rekey, remove, set, within } from './change.ts'

export function* pathChanges(paths: MutableNode): Generator<Change> {
  for (const path of Object.keys(paths)) {
    const slash = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    yield {
      operator: 'path renamed',
      what: path,
      edit: (node) => rekey(node, path, path.replace('/call/', '/calls/')),
    }
    yield { operator: 'path slash', what: path, edit: (node) => rekey(node, path, slash) }
    for (const method of Object.keys(objectAt(paths, path))) {
      const what = `${method} ${path}`
      yield {
        operator: 'method changed',
        what,
        edit: within(path, (item) => rekey(item, method, 'put')),
      }
      yield { operator: 'operation dropped', what, edit: within(path, (item) => rekey(item, method)) }
    }
  }
}

function* statusChanges(operation: MutableNode): Generator<Change> {
  for (const code of Object.keys(objectAt(operation, 'responses'))) {
    const isSuccess = code.startsWith('2')
    const other = isSuccess ? (code === '200' ? '201' : '200') : '418'
    yield {
      operator: 'status changed',
      what: code,
      edit: within('responses', (responses) => rekey(responses, code, other)),
    }
    if (!isSuccess)
      yield {
        operator: 'status dropped',
        what: code,
        edit: within('responses', (responses) => rekey(responses, code)),
      }
  }
}

export function* operationChanges(operation: MutableNode): Generator<Change> {
  yield* statusChanges(operation)
  const parameters = objectsAt(operation, 'parameters')
  for (const parameter of parameters) {
    const name = String(parameter['name'] ?? parameter['$ref'])
    if (parameter['in'] === 'path' || name.endsWith('/CallId')) continue
    const rest = parameters.filter((other) => other !== parameter)
    yield { operator: 'parameter dropped', what: name.replace(/.*\//, ''), edit: set('parameters', rest) }
  }
  if (operation['requestBody'] !== undefined)
    yield {
      operator: 'body made optional',
      what: '',
      edit: within('requestBody', (body) => {
        body['required'] = false
      }),
    }
  yield { operator: 'bearer not required', what: '', edit: set('security', []) }
}

export function* parameterChanges(parameter: MutableNode): Generator<Change> {
  const name = String(parameter['name'])
  if (parameter['in'] === 'path') {
    yield {
      operator: 'parameter renamed',
      what: '',
      edit(node, root) {
        node['name'] = `${name}_2`
        const paths = objectAt(root, 'paths')
        for (const path of Object.keys(paths)) rekey(paths, path, path.replace(`{${name}}`, `{${name}_2}`))
      },
    }
    return
  }
  yield { operator: 'parameter renamed', what: '', edit: set('name', `${name}_2`) }
  yield { operator: 'parameter made required', what: '', edit: set('required', true) }
  yield { operator: 'parameter moved to the headers', what: '', edit: set('in', 'header') }
}

/** Changes of the media types of a response or of the body of a request. */
export function* contentChanges(holder: MutableNode): Generator<Change> {
  const json = 'application/json'
  for (const type of Object.keys(holder['content'] ?? {}))
    yield {
      operator: 'media type changed',
      what: '',
      edit: within('content', (content) =>
        rekey(content, type, type === json ? 'application/x-www-form-urlencoded' : json),
      ),
    }
}

/** Changes of the document as a whole. */
export function* documentChanges(document: MutableNode): Generator<Change> {
  if (document['servers'] !== undefined)
    yield { operator: 'server changed', what: '', edit: set('servers', [{ url: 'https://api.example' }]) }
  if (document['jsonSchemaDialect'] !== undefined)
    yield { operator: 'dialect dropped', what: '', edit: remove('jsonSchemaDialect') }
}

export function* securityChanges(schemes: MutableNode): Generator<Change> {
  const basic = { type: 'http', scheme: 'basic' }
  const apiKey = { type: 'apiKey', in: 'header', name: 'x-api-key' }
  for (const name of Object.keys(schemes)) {
    yield { operator: 'scheme changed', what: 'basic', edit: set(name, basic) }
    yield { operator: 'scheme changed', what: 'api key in a header', edit: set(name, apiKey) }
  }
}
