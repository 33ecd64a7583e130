(with "tree" (instance $tree))
