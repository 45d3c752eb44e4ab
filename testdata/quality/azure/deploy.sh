#!/bin/bash
az login --service-principal -u «client» -p «clientsecret» --tenant «tenant»
az account set --subscription «subscription»
az group create --name prod --location westeurope
