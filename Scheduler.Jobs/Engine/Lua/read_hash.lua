-- Reads one hash.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  the hash
-- ARGV[1]  prefix
-- reply    its fields as a flat list, empty where there is none; an error where the key is of a foreign type
-- Twice?   reads only.
return redis.call('HGETALL', KEYS[2])
