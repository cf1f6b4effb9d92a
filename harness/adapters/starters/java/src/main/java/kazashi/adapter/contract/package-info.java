/** The surface of contract 1.0: complete, and not to be edited. A new version of the starter replaces this package. */
package kazashi.adapter.contract;
