#!/bin/sh
# Run by Amazon MWAA on each scheduler, worker and web server, before it installs requirements.txt.
# What is exported here is in the environment of every task.
export GX_ANALYTICS_ENABLED=False

# Where the lake is: buckets <prefix>-bronze, -silver, -quarantine, -gold.
# export KEYSTONE_BUCKET_PREFIX=olist-data-lake

# The database of states; required. This is no place for a password: the environment's role may read a secret.
# export KEYSTONE_POSTGRES="host=proxy.example.com port=5432 dbname=keystone user=keystone sslmode=require"
# export KEYSTONE_POSTGRES="$(aws secretsmanager get-secret-value --secret-id keystone/postgres --query SecretString --output text)"

# The Kafka that orders come through: librdkafka's settings; required by olist_day_markers.
# export KEYSTONE_KAFKA='{"bootstrap.servers": "b-1.example.com:9096", "security.protocol": "SASL_SSL"}'
# export KEYSTONE_TOPIC=olist-enterprise-events

# The rest may be left as it is; what each means: reference/days/settings.py.
# export KEYSTONE_RULES=/usr/local/airflow/dags/rules.yaml
# export KEYSTONE_MOST_FAILING=0.05
# export KEYSTONE_ALERT_ABOVE=0.01
# export KEYSTONE_DAY_ZONE=America/Sao_Paulo
# export KEYSTONE_ATHENA_WORKGROUP=primary
# export KEYSTONE_ATHENA_OUTPUT=s3://athena-results.example.com/keystone/
# export KEYSTONE_SNS_TOPIC=arn:aws:sns:us-east-1:123456789012:keystone
# export KEYSTONE_SLACK_WEBHOOK_FILE=/usr/local/airflow/slack-webhook
