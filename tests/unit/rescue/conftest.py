from support.repairs import whole_errors

__all__ = ["whole_errors"]
