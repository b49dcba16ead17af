/**
 * The regions of Spain by geographic code.
 *
 * The codes are those of the national numbering plan (Real Decreto 2296/2004); each 9xx code has a twin with an 8 in front.
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
 * The regions that a number may be in, by its geographic code: one if the code belongs to one region, two if two regions
 * share it, none for mobiles and all other numbers.
 */
export function regionsOf(number: string): readonly string[] {
  return regionsByCode.get(number.slice(3, 5)) ?? regionsByCode.get(number.slice(3, 6)) ?? []
}
