/**
 * A library counter's relying party, made from the starter and the contract's documentation with the JDK alone: enrol,
 * login and tap. It is a product under test of Kazashi's own tests, not part of the starter.
 */
package kazashi.adapter.library;
