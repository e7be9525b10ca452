"""What the policy says: values in, values out."""
