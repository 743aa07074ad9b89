-- Runs one reading command.
-- KEYS[1]  {prefix}tx
-- KEYS[2]  the key that it reads
-- ARGV[1]  prefix
-- ARGV[2]  the command, one that reads and whose first argument is the key
-- ARGV[3+] its further arguments
-- reply    the command's own, as protocol 2 has it: pairs as a flat list, scores as text; an error where the key is of a foreign type
-- Twice?   reads only.
return redis.call(ARGV[2], KEYS[2], unpack(ARGV, 3))
