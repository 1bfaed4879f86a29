-- Databases and roles of the fleet. Made by `fleet init-sql` from fleet.toml: do not edit.
-- For each database, APP1_HRMS_DATABASE_PASSWORD and APP1_HRMS_DATABASE_READ_PASSWORD
-- (and so on) are the passwords of its two roles; one that is missing stops the script.
\set ON_ERROR_STOP on

-- app1_user
\getenv password APP1_USER_DATABASE_PASSWORD
\getenv read_password APP1_USER_DATABASE_READ_PASSWORD
DO $$ BEGIN CREATE ROLE app1_user LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE app1_user_ro LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app1_user TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE app1_user SET search_path = ext;
ALTER ROLE app1_user SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE app1_user_ro SET search_path = ext;
ALTER ROLE app1_user_ro SET default_transaction_read_only = on;
ALTER ROLE app1_user_ro SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
ALTER ROLE app1_user PASSWORD :'password';
ALTER ROLE app1_user_ro PASSWORD :'read_password';
\unset password
\unset read_password
SELECT 'CREATE DATABASE app1_user OWNER app1_user'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app1_user') \gexec
\connect app1_user
REVOKE ALL ON DATABASE app1_user FROM PUBLIC;
GRANT CONNECT ON DATABASE app1_user TO app1_user_ro;
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO app1_user, app1_user_ro;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_user GRANT USAGE ON SCHEMAS TO app1_user_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_user GRANT SELECT ON TABLES TO app1_user_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_user GRANT SELECT ON SEQUENCES TO app1_user_ro;

-- app1_hrms
\getenv password APP1_HRMS_DATABASE_PASSWORD
\getenv read_password APP1_HRMS_DATABASE_READ_PASSWORD
DO $$ BEGIN CREATE ROLE app1_hrms LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE app1_hrms_ro LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app1_hrms TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE app1_hrms SET search_path = ext;
ALTER ROLE app1_hrms SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE app1_hrms_ro SET search_path = ext;
ALTER ROLE app1_hrms_ro SET default_transaction_read_only = on;
ALTER ROLE app1_hrms_ro SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
ALTER ROLE app1_hrms PASSWORD :'password';
ALTER ROLE app1_hrms_ro PASSWORD :'read_password';
\unset password
\unset read_password
SELECT 'CREATE DATABASE app1_hrms OWNER app1_hrms'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app1_hrms') \gexec
\connect app1_hrms
REVOKE ALL ON DATABASE app1_hrms FROM PUBLIC;
GRANT CONNECT ON DATABASE app1_hrms TO app1_hrms_ro;
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO app1_hrms, app1_hrms_ro;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_hrms GRANT USAGE ON SCHEMAS TO app1_hrms_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_hrms GRANT SELECT ON TABLES TO app1_hrms_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_hrms GRANT SELECT ON SEQUENCES TO app1_hrms_ro;

-- app1_chat
\getenv password APP1_CHAT_DATABASE_PASSWORD
\getenv read_password APP1_CHAT_DATABASE_READ_PASSWORD
DO $$ BEGIN CREATE ROLE app1_chat LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE app1_chat_ro LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app1_chat TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE app1_chat SET search_path = ext;
ALTER ROLE app1_chat SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE app1_chat_ro SET search_path = ext;
ALTER ROLE app1_chat_ro SET default_transaction_read_only = on;
ALTER ROLE app1_chat_ro SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
ALTER ROLE app1_chat PASSWORD :'password';
ALTER ROLE app1_chat_ro PASSWORD :'read_password';
\unset password
\unset read_password
SELECT 'CREATE DATABASE app1_chat OWNER app1_chat'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app1_chat') \gexec
\connect app1_chat
REVOKE ALL ON DATABASE app1_chat FROM PUBLIC;
GRANT CONNECT ON DATABASE app1_chat TO app1_chat_ro;
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO app1_chat, app1_chat_ro;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_chat GRANT USAGE ON SCHEMAS TO app1_chat_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_chat GRANT SELECT ON TABLES TO app1_chat_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app1_chat GRANT SELECT ON SEQUENCES TO app1_chat_ro;

-- app2_libraries
\getenv password APP2_LIBRARIES_DATABASE_PASSWORD
\getenv read_password APP2_LIBRARIES_DATABASE_READ_PASSWORD
DO $$ BEGIN CREATE ROLE app2_libraries LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE app2_libraries_ro LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app2_libraries TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE app2_libraries SET search_path = ext;
ALTER ROLE app2_libraries SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE app2_libraries_ro SET search_path = ext;
ALTER ROLE app2_libraries_ro SET default_transaction_read_only = on;
ALTER ROLE app2_libraries_ro SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
ALTER ROLE app2_libraries PASSWORD :'password';
ALTER ROLE app2_libraries_ro PASSWORD :'read_password';
\unset password
\unset read_password
SELECT 'CREATE DATABASE app2_libraries OWNER app2_libraries'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app2_libraries') \gexec
\connect app2_libraries
REVOKE ALL ON DATABASE app2_libraries FROM PUBLIC;
GRANT CONNECT ON DATABASE app2_libraries TO app2_libraries_ro;
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO app2_libraries, app2_libraries_ro;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_libraries GRANT USAGE ON SCHEMAS TO app2_libraries_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_libraries GRANT SELECT ON TABLES TO app2_libraries_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_libraries GRANT SELECT ON SEQUENCES TO app2_libraries_ro;

-- app2_user
\getenv password APP2_USER_DATABASE_PASSWORD
\getenv read_password APP2_USER_DATABASE_READ_PASSWORD
DO $$ BEGIN CREATE ROLE app2_user LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE app2_user_ro LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
GRANT app2_user TO CURRENT_USER; -- so that an administrator who is no superuser can act for it
ALTER ROLE app2_user SET search_path = ext;
ALTER ROLE app2_user SET idle_in_transaction_session_timeout = '6min'; -- what hangs
ALTER ROLE app2_user_ro SET search_path = ext;
ALTER ROLE app2_user_ro SET default_transaction_read_only = on;
ALTER ROLE app2_user_ro SET plan_cache_mode = force_generic_plan; -- else six times for each tenant
ALTER ROLE app2_user PASSWORD :'password';
ALTER ROLE app2_user_ro PASSWORD :'read_password';
\unset password
\unset read_password
SELECT 'CREATE DATABASE app2_user OWNER app2_user'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'app2_user') \gexec
\connect app2_user
REVOKE ALL ON DATABASE app2_user FROM PUBLIC;
GRANT CONNECT ON DATABASE app2_user TO app2_user_ro;
DROP SCHEMA IF EXISTS public;
CREATE SCHEMA IF NOT EXISTS ext;
GRANT USAGE ON SCHEMA ext TO app2_user, app2_user_ro;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA ext;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA ext;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_user GRANT USAGE ON SCHEMAS TO app2_user_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_user GRANT SELECT ON TABLES TO app2_user_ro;
ALTER DEFAULT PRIVILEGES FOR ROLE app2_user GRANT SELECT ON SEQUENCES TO app2_user_ro;
