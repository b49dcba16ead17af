import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core'
import { UsageError } from './errors.ts'
import { shown } from './input.ts'

// Stricli does not tell whether a name is that of a flag.
const flag = (name: string): string => (['to', 'id', 'file|url'].includes(name) ? `<${name}>` : `--${name}`)

/** What is wrong with a command line, in one sentence; numbers are never repeated. */
function complaint(error: unknown, argv: readonly string[]): string {
  if (error instanceof FlagNotFoundError) {
    const [nearest] = error.corrections
    const instead = nearest ? `did you mean --${kebab(nearest)}?` : 'see --help.'
    return `There is no flag --${error.input}; ${instead}`
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input}; see --help.`
  if (error instanceof ArgumentParseError) {
    const { exception, externalFlagNameOrPlaceholder: name } = error
    return `${flag(name)}: ${exception instanceof UsageError ? exception.message : 'takes no value.'}`
  }
  if (error instanceof EnumValidationError) {
    return `--${error.externalFlagName}: ${shown(error.input)} is none of ${error.values.join(', ')}.`
  }
  if (error instanceof UnsatisfiedFlagError) {
    const name = `--${kebab(error.externalFlagName)}`
    // Stricli has the same error for a flag that is not there.
    const isTyped = argv.some((typed) => kebab(typed) === name)
    return `${name} ${isTyped ? 'needs a value' : 'is missing'}; see --help.`
  }
  if (error instanceof UnexpectedFlagError) return `--${error.externalFlagName} is there twice; give it once.`
  if (error instanceof UnexpectedPositionalError) {
    return error.input.startsWith('-')
      ? `${shown(error.input)} is no flag; see --help.`
      : 'There is one argument too many; put what has spaces in it into quotes.'
  }
  if (error instanceof UnsatisfiedPositionalError) return `<${error.placeholder}> is missing; see --help.`
  return String(error)
}

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** Stricli's texts, with complaints of our own about a command line. */
export const textFor = (argv: readonly string[]): ApplicationText => ({
  ...text_en,
  exceptionWhileParsingArguments: (error) => complaint(error, argv),
  noCommandRegisteredForInput: ({ input, corrections }) =>
    `There is no command ${shown(input)}; ${corrections.length > 0 ? `did you mean ${corrections.join(' or ')}?` : 'see digame --help.'}`,
})
