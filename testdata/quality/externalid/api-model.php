<?php
return [ 'shapes' => [
  'AssumeRoleRequest' => [ 'type' => 'structure', 'required' => [ 'RoleArn' ], 'members' => [
    'ExternalId' => [ 'type' => 'string', 'min' => 2 ],
    'externalId' => [ 'shape' => 'externalIdType' ],
  ], ],
] ];
$sts->assumeRole(['RoleArn' => $arn, 'ExternalId' => '«uuid»']);
