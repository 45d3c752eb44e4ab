$payment->setExternalId('order-‹digits:8›');
$payment->external_id = $order->getId();
