"""What the public page is made from: figures of one final block, and the signatures of the last attestation."""
