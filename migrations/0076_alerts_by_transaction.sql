-- Alerts are looked up by the transaction that raised them: whoever looks at a saga or a hold sees what people were told about it. Alerts are few beside transactions.
create index alert_transaction on casework.alert (transaction_id) where transaction_id is not null;
