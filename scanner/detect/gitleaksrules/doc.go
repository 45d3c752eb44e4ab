// Package gitleaksrules makes detectors of the rules in a gitleaks configuration,
// so that a team keeps the rules that it wrote for its own tokens.
//
// A configuration is TOML as gitleaks reads it: [[rules]] with id, description,
// regex, secretGroup, entropy, keywords, path and allowlists, global allowlists
// with targetRules, and [extend] with path and disabledRules
// (https://github.com/gitleaks/gitleaks#configuration). Patterns are Go's, so they
// mean what they mean there.
//
// Where it differs:
//
//   - gitleaks tries a rule on a whole file as soon as one of its keywords stands
//     anywhere in it. Here a rule is tried where a literal stands that its pattern
//     requires, which finds the same and costs a fraction. Of a match without a
//     limit, one kilobyte ahead of the literal and four behind it are looked at,
//     and keywords must stand in the window, too (see [detect.Before]). Where the
//     pattern requires no text of three letters or more, the keywords take that
//     part, and a secret is found within the window around one.
//   - Letters of other alphabets that Unicode takes for another case of s and k (ſ
//     and the Kelvin sign) match in a pattern, but not in the literal it is tried at.
//   - A rule that has neither is not used, and [Load] says so: to try it at every
//     byte costs more than all other rules together, and its verdict would not
//     follow from a window.
//   - So are rules about a path alone, and those with keys that gitleaks does not
//     know.
//   - The rules that another one requires ([[rules.required]]) must match in its window, not
//     anywhere in the file.
//   - useDefault adds nothing: the built-in rules take that part.
//   - A finding is a value with all its places, not a line of a commit. An allowlist's
//     commits are those that put a value into a file.
//   - History is read as files, where gitleaks reads the added lines of each commit:
//     what a pattern finds across lines may begin and end elsewhere.
//   - Base64, hexadecimal and percent-encoded text is not decoded for these rules.
//   - Matches of "generic" rules are reported beside those of more specific ones.
//
// A line with gitleaks:allow is left alone, for these rules.
package gitleaksrules
