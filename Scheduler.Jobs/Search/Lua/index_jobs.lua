-- Puts up to 200 jobs that exist into the optional indexes that are on.
-- KEYS[1]  {prefix}tx
-- ARGV[1]  prefix
-- ARGV[2+] job ids
-- reply    1
-- Twice?   harmless.
-- include: shared

if INDEXED then
  index_new({ unpack(ARGV, 2) })
  write_indexes()
end
return 1
