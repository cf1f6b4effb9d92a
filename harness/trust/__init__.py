"""The anchors of this installation in the formats of those who trust them, and finding them where nobody must.

Only public material passes through here. What is exported is for an application's own trust store; an anchor of a
test installation in the trust store of a machine or of a productive service is what `truststore` looks for.
"""
