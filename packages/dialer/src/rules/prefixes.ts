/**
 * What a Spanish number tells of itself: whether it is one that a plan never dials, and where its line is.
 *
 * The geographic codes are those of the national numbering plan; each 9xx code has a twin with an 8 in front.
 */

const mirrored = (codes: string): string[] => codes.split(' ').flatMap((code) => [code, `8${code.slice(1)}`])

const provinces: readonly (readonly [regions: readonly string[], codes: string])[] = [
  [['MD'], '91'],
  [['CT'], '93 972 973 977'],
  [['RI'], '941'],
  [['CB'], '942'],
  [['PV'], '943 944 945 946'],
  [['CL'], '920 921 923 947 975 979 980 983 987'],
  [['NC'], '948'],
  [['CM'], '925 926 949 967 969'],
  [['AN'], '950 953 954 955 957 958 959'],
  // Melilla shares the code of Málaga, and Ceuta that of Cádiz.
  [['AN', 'ML'], '951 952'],
  [['AN', 'CE'], '956'],
  [['VC'], '960 961 962 963 964 965 966'],
  [['MC'], '968'],
  [['IB'], '971'],
  [['AR'], '974 976 978'],
  [['GA'], '981 982 986 988'],
  [['AS'], '984 985'],
  [['EX'], '924 927'],
  [['CN'], '922 928'],
]

const regionsByCode = new Map<string, readonly string[]>(
  provinces.flatMap(([regions, codes]) => mirrored(codes).map((code) => [code, regions] as const)),
)

/** The autonomous communities and cities, by the codes of ISO 3166-2:ES. */
export const regions: readonly string[] = [...new Set(provinces.flatMap(([codes]) => codes))].sort()

/**
 * The regions that a number's line may be in, by its geographic code: one where the code is certain, two where regions
 * share it, none for mobiles and all other numbers.
 */
export function regionsOf(number: string): readonly string[] {
  return regionsByCode.get(number.slice(3, 5)) ?? regionsByCode.get(number.slice(3, 6)) ?? []
}

/**
 * Whether a number is of a kind that a plan never dials: 80x (premium rate and free), 90x (free, shared and special
 * cost) and 51x (a company's own).
 */
export function isSpecialRate(number: string): boolean {
  return /^\+34(80|90|51)\d{7}$/.test(number)
}
