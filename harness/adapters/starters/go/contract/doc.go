// Package contract is the surface of contract 1.0, role relying-party: complete, and not to be edited. A new version
// of the starter replaces this folder. Product is the one interface that a vendor implements.
package contract
