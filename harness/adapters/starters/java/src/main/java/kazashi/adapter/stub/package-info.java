/** A stub in place of a product: it keeps clock, sessions and challenges, verifies nothing, and refuses everybody. */
package kazashi.adapter.stub;
