#!/bin/bash
az login --service-principal -u «uuid» -p «clientsecret» --tenant «uuid»
az account set --subscription «uuid»
az group create --name prod --location westeurope
