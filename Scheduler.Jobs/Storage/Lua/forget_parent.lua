-- Takes a parent off the list of those whose continuations are to be started.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  {prefix}continuations   sorted set: parents that ended, by when (ms)
-- ARGV[1]  prefix
-- ARGV[2]  job id of the parent
-- reply    1, or 0 where it was not there (any more)
-- Twice?   the second call finds nothing.
return redis.call('ZREM', KEYS[2], ARGV[2])
